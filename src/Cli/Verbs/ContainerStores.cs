using Minirun.Engine;
using Minirun.Engine.Records;

namespace Minirun.Cli.Verbs;

internal static class ContainerStores
{
    /// <summary>All containers of whoever calls.</summary>
    public static ContainerStore Own => new(EnginePaths.Default());
}
