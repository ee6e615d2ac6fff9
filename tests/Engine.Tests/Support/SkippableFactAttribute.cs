using Xunit;
using Xunit.Sdk;

namespace Minirun.Engine.Tests.Support;

/// <summary>
/// A [Fact] that may find out on the way that it cannot be tried here: then it throws <see cref="Clients.Support.SkippedException"/>.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Minirun.Engine.Tests.Support.SkippableFactDiscoverer", "Minirun.Engine.Tests")]
public sealed class SkippableFactAttribute : FactAttribute;
