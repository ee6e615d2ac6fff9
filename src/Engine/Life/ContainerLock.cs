using Minirun.Engine.Records;
using Minirun.Runtime;

namespace Minirun.Engine.Life;

/// <summary>
/// The lock of those who change a container. They wait for another who changes it, a start mostly, and not for ever: what a start waits for
/// may never come.
/// </summary>
public static class ContainerLock
{
    /// <exception cref="UserError">A signal came before, or another has it for too long: who, and since when.</exception>
    public static IDisposable Await(EngineContainer container)
    {
        long deadline = Environment.TickCount64 + LockWait.Patience;
        return container.Lock(() =>
        {
            EndingSignals.AwaitForeign(-1, $"another command, which changes container {container.Config.Name}");
            if (Environment.TickCount64 >= deadline) throw Busy(container);
        });
    }

    private static UserError Busy(EngineContainer container)
    {
        string name = container.Config.Name;
        return MonitorLock.IsStarting(container)
            ? new UserError($"container {name}: a start is under way that does not end: {LockHolder.Describe(container.Directory)}",
                $"`minirun rm -f {name}` ends it, and `minirun stop {name}`, too, which leaves the container")
            : LockWait.Busy("container " + name, container.Directory);
    }
}
