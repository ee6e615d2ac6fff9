using Minirun.Linux;
using Minirun.Runtime.Security;

namespace Minirun.Engine.Execution;

internal static class Capabilities
{
    /// <summary>By their names.</summary>
    public static List<string> All => CapabilitySet.Names(capability.All);
}
