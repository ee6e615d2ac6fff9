using Minirun.Engine.Events;
using Minirun.Engine.Execution;
using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Runtime;

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
        using HeldContainer? held = FirstProcess.Find(container);
        if (held is null) return false;
        if (number == SignalName.Parse(container.Config.StopSignal)) StopNote.Write(container);
        Send(container, held, number);
        // One that has frozen itself would never hear of it.
        if (DroppedSignal.Ends(number)) held.Thaw();
        return true;
    }

    /// <summary>Sends any signal to the first process.</summary>
    /// <returns>False where the kernel drops it, and nothing happens.</returns>
    /// <exception cref="UserError">The container does not run.</exception>
    public static bool Kill(EngineContainer container, int number)
    {
        using HeldContainer held = FirstProcess.Find(container)
            ?? throw new UserError($"container {container.Config.Name} is not running", "`minirun ps -a` shows its state");
        EngineEvents.Add(container, "kill", "signal", EngineEvents.Text(number));
        bool isHeard = !DroppedSignal.Is(number, held.First.Pid);
        ExecutionDrivers.Find(container).Kill(held, number);
        return isHeard;
    }

    /// <summary>A key of its terminal has sent one to the foreground group; a first process without a handler does not get it.</summary>
    internal static void Typed(EngineContainer container, int number, int foregroundGroup)
    {
        if (foregroundGroup == container.State().Pid && DroppedSignal.Is(number, foregroundGroup)) PassOn(container, number);
    }

    /// <summary>SIGKILL in the place of one that the kernel would drop.</summary>
    internal static void Send(EngineContainer container, HeldContainer held, int number)
    {
        bool isDropped = DroppedSignal.Is(number, held.First.Pid);
        if (isDropped) StopNote.Write(container, number);
        // Before it: the end that it brings is written down by the monitor.
        EngineEvents.Add(container, "kill", "signal", EngineEvents.Text(number));
        ExecutionDrivers.Find(container).Kill(held, isDropped ? signal.SIGKILL : number);
    }
}
