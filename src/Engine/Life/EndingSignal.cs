using Minirun.Engine.Events;
using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.State;

namespace Minirun.Engine.Life;

/// <summary>
/// Signals that are meant for a container's first process as if it were any process: of `stop`, of whoever is attached, of a key of its
/// terminal. They end it as they would in a foreground run.
/// </summary>
public static class EndingSignal
{
    /// <summary>Passes on one that somebody who is attached got. When it asks for the end, nothing starts the container again.</summary>
    /// <returns>False when there is no process for it.</returns>
    public static bool PassOn(EngineContainer container, int number)
    {
        using InitProcess? init = FirstProcess.Find(container)?.Init;
        if (init is null) return false;
        if (number == SignalName.Parse(container.Config.StopSignal)) StopNote.Write(container);
        Send(container, init, number);
        // One that has frozen itself would never hear of it.
        if (DroppedSignal.Ends(number)) RuntimeLeft.Cgroup(container, init.Pid)?.ThawAll();
        return true;
    }

    /// <summary>Sends any signal to the first process.</summary>
    /// <returns>False where the kernel drops it, and nothing happens.</returns>
    /// <exception cref="UserError">The container does not run.</exception>
    public static bool Kill(EngineContainer container, int number)
    {
        using FirstProcess first = FirstProcess.Find(container)
            ?? throw new UserError($"container {container.Config.Name} is not running", "`minirun ps -a` shows its state");
        EngineEvents.Add(container, "kill", "signal", EngineEvents.Text(number));
        bool isHeard = !DroppedSignal.Is(number, first.Pid);
        first.Init.Signal(number);
        return isHeard;
    }

    /// <summary>A key of its terminal has sent one to the foreground group; a first process without a handler does not get it.</summary>
    internal static void Typed(EngineContainer container, int number, int foregroundGroup)
    {
        if (foregroundGroup == container.State().Pid && DroppedSignal.Is(number, foregroundGroup)) PassOn(container, number);
    }

    /// <summary>SIGKILL in the place of one that the kernel would drop.</summary>
    internal static void Send(EngineContainer container, InitProcess init, int number)
    {
        bool isDropped = DroppedSignal.Is(number, init.Pid);
        if (isDropped) StopNote.Write(container, number);
        // Before it: the end that it brings is written down by the monitor.
        EngineEvents.Add(container, "kill", "signal", EngineEvents.Text(number));
        init.Signal(isDropped ? signal.SIGKILL : number);
    }
}
