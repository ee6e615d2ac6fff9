using Minirun.Engine.Parts;
using Minirun.Engine.Records;
using Minirun.Linux;

namespace Minirun.Engine.Life;

/// <summary>
/// Mends what a crash left: a monitor that was killed, files that were spoilt. Each command does so with the containers that it looks at;
/// nobody else does, and reading a container's state never does.
/// </summary>
public static class ContainerRepair
{
    /// <summary>By name, id, or the beginning of one that no other has; mended.</summary>
    /// <exception cref="Runtime.UserError">None, or several.</exception>
    public static EngineContainer Find(ContainerStore store, string reference)
    {
        EngineContainer container = Reread(store, store.Find(reference));
        State(container);
        return container;
    }

    /// <summary>All of them, the youngest first; what commands that were killed have left in the store is gone.</summary>
    public static List<EngineContainer> FindAll(ContainerStore store)
    {
        if (!Directory.Exists(store.Paths.Containers)) return [];
        List<EngineContainer> all = store.All();
        for (int i = 0; i < all.Count; i++) all[i] = Reread(store, all[i]);
        store.Sweep(all);
        return all;
    }

    /// <summary>
    /// What is true of a container, after it was mended. Not while another command minds the container: that one does so itself.
    /// </summary>
    public static ContainerState State(EngineContainer container)
    {
        ContainerState? state = container.Read();
        if (container.MonitorLives())
        {
            // It knows all that is to be known, and writes it down again.
            if (state is null && LivingMonitor.Knock(container)) state = container.Read();
            return state ?? LostState.Find(container);
        }
        // It may have written its last word in between.
        state = container.Read();
        if (state is null) Keep(container, state = LostState.Find(container));
        if (!state.IsUp)
        {
            // One that was killed before its container ran has left what it had made until then.
            if (!container.HasMonitorFile) return state;
            if (LostState.Find(container) is { Status: ContainerState.Running } found)
            {
                Keep(container, found);
                return found;
            }
            TakeBack(container, null);
            return state;
        }
        if (EngineContainer.IsAlive(state)) return state;
        EngineContainer.Abandon(state);
        TakeBack(container, state);
        return state;
    }

    /// <summary>A container.json that was spoilt is written anew by the monitor, if there is one.</summary>
    private static EngineContainer Reread(ContainerStore store, EngineContainer container) =>
        container.IsBroken && container.MonitorLives() && LivingMonitor.Knock(container) ? store.Reload(container) : container;

    /// <summary>Writes down what was found of a state that was lost.</summary>
    private static void Keep(EngineContainer container, ContainerState state)
    {
        using IDisposable? held = container.IsHeld ? null : container.TryLock();
        if (container.IsHeld && !container.MonitorLives() && state.Status != ContainerState.Created) container.Note(state);
    }

    /// <summary>Takes away what a monitor that was killed had made.</summary>
    private static void TakeBack(EngineContainer container, ContainerState? state)
    {
        using IDisposable? held = container.IsHeld ? null : container.TryLock();
        if (!container.IsHeld || container.MonitorLives()) return;
        ContainerParts.Release(container);
        if (state is not null) container.Note(state);
        unistd.unlink(container.MonitorLockPath);
    }
}
