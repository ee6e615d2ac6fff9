using Xunit;
using Xunit.Sdk;

namespace Minirun.Clients.Support;

/// <summary>A [Fact] that may find out on the way that it cannot be tried here: then it throws <see cref="SkippedException"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Minirun.Clients.Support.ClientFactDiscoverer", "Minirun.Clients")]
public sealed class ClientFactAttribute : FactAttribute;
