using Xunit;

namespace Minirun.Cli.Tests.Support;

/// <summary>
/// A [Fact] that is skipped, with the reason, where the machine lacks something; on CI it fails instead if CI has to have it.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresAttribute : FactAttribute
{
    public RequiresAttribute(Need needs) => Skip = Needs.Skip(needs);
}

/// <summary>The same for a [Theory].</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TheoryRequiresAttribute : TheoryAttribute
{
    public TheoryRequiresAttribute(Need needs) => Skip = Needs.Skip(needs);
}
