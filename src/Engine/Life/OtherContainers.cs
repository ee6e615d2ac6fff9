using Minirun.Engine.Records;

namespace Minirun.Engine.Life;

/// <summary>What does not end with a container, though it may be in its user namespace, as one on its network is.</summary>
internal static class OtherContainers
{
    /// <summary>The first processes of all others, and their monitors, whose children include what these have left behind.</summary>
    public static HashSet<int> Processes(EngineContainer container)
    {
        HashSet<int> found = [];
        foreach (EngineContainer other in new ContainerStore(container.Paths).All())
        {
            if (other.Id == container.Id) continue;
            if (other.MonitorLives() && LivingMonitor.Pid(other) is > 0 and var monitor) found.Add(monitor);
            if (other.Read() is { } state && EngineContainer.IsAlive(state)) found.Add(state.Pid);
        }
        return found;
    }
}
