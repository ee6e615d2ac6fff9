using Minirun.Engine.Containers;
using Minirun.Runtime;

namespace Minirun.Engine.Networks;

/// <summary>
/// Ports that other containers have published. Sockets say it, too, but not whose they are, and end with a monitor that is killed.
/// </summary>
internal static class PortOwners
{
    /// <exception cref="UserError">Another has one of them.</exception>
    public static void Check(EngineContainer container, IReadOnlyList<PortMapping> wanted)
    {
        if (wanted.Count == 0) return;
        foreach (EngineContainer other in container.Store.All())
        {
            if (other.Id == container.Id || NetworkRecord.Of(other) is not { CniConfig: not null } record) continue;
            foreach (PortMapping theirs in record.Ports)
                foreach (PortMapping ours in wanted)
                    if (ours.Meets(theirs) && other.IsRunning)
                        throw new UserError(
                            $"--publish: port {ours.Outside}/{ours.Protocol} is already allocated: container {other.Config.Name} has it",
                            "give another port, or none for any that is free");
        }
    }
}
