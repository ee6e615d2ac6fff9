using Xunit;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer("Minirun.Cli.Tests.Support.LastCollection", "Minirun.Cli.Tests")]

namespace Minirun.Cli.Tests.Support;

/// <summary>
/// The collection whose tests come after all others: collections that forbid parallel runs wait for those that allow it, and this is the
/// last of them.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class LastCollection : ITestCollectionOrderer
{
    public const string Name = "At the end";

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderBy(collection => collection.DisplayName == Name);
}
