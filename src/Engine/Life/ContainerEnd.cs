using Minirun.Engine.Events;
using Minirun.Engine.Execution;
using Minirun.Engine.Records;
using Minirun.Engine.Volumes;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.Launch;

namespace Minirun.Engine.Life;

/// <summary>
/// The one way in which stop, kill, restart and rm -f end a container, whatever its state and whoever of its helpers is gone.
/// </summary>
public static class ContainerEnd
{
    private const int Poll = 5, KnockAfter = 250, WakeAfter = 100, Patience = 30_000;   // ms

    /// <summary>Asks it to end, and after a while ends it.</summary>
    /// <param name="container">The container.</param>
    /// <param name="number">What to send first.</param>
    /// <param name="seconds">How long it may take; below 0: any time.</param>
    /// <returns>False when it did not run.</returns>
    /// <exception cref="UserError">It does not end, and why.</exception>
    public static bool Stop(EngineContainer container, int number, int seconds)
    {
        StopNote.Write(container);
        return End(container, number, seconds);
    }

    private static bool End(EngineContainer container, int number, int seconds)
    {
        bool waits = container.MonitorLives();
        using HeldContainer? held = AwaitFirst(container);
        if (held is null) return waits;
        held.HoldMembers();
        held.Thaw();
        bool asks = number != signal.SIGKILL;
        if (asks) EndingSignal.Send(container, held, number);
        if (!asks || !held.First.WaitForEnd(seconds < 0 ? Timeout.Infinite : seconds * 1000))
            EngineEvents.Add(container, "kill", "signal", EngineEvents.Text(signal.SIGKILL));
        // It may have ended when it was asked to, and others of it have not.
        if (ExecutionDrivers.Find(container).Terminate(held, Patience) is var (why, hint))
            throw new UserError($"container {container.Config.Name} does not end: {why}", hint);
        for (int waited = 0; container.MonitorLives(); waited += Poll)
        {
            if (waited == WakeAfter) LivingMonitor.Wake(container);
            Await(container, waited, "has ended, and its monitor does not notice");
        }
        return true;
    }

    /// <summary>
    /// Takes away one that was made and does not come up, with all that was made for it. What goes wrong here is not said: what went wrong
    /// before is.
    /// </summary>
    public static void Discard(EngineContainer container)
    {
        try
        {
            // With --rm its monitor removes it.
            if (!container.IsRunning) container.WaitForMonitor(Patience);
            if (!Directory.Exists(container.Directory)) return;
            using IDisposable held = ContainerLock.Await(container);
            Force(container);
            if (!Directory.Exists(container.Directory)) return;
            ContainerRemoval.Remove(container);
            ContainerVolumes.RemoveAnonymous(container);
        }
        catch (Exception error) when (error is UserError or LinuxException or IOException or UnauthorizedAccessException)
        {
            // `minirun ps -a` shows it, and `rm` removes it.
        }
    }

    /// <summary>Ends it, and a monitor that does not notice that: nothing of it lives afterwards.</summary>
    /// <exception cref="UserError">It does not end, and why.</exception>
    public static void Force(EngineContainer container)
    {
        if (container.MonitorLives() || container.IsRunning) StopNote.Write(container);
        try
        {
            End(container, signal.SIGKILL, 0);
            return;
        }
        catch (UserError) when (container.MonitorLives() && LivingMonitor.Pid(container) > 0)
        {
            LivingMonitor.Kill(container);
        }
        End(container, signal.SIGKILL, 0);
    }

    /// <summary>
    /// Ends a start that goes on for more than a moment. There is no command yet that a time to end could be for, and what a start waits
    /// for may never come (<see cref="StartSignals"/>). Who asked for it hears of that.
    /// </summary>
    /// <returns>False when there is none.</returns>
    public static bool GiveUpStart(EngineContainer container)
    {
        for (int waited = 0; MonitorLock.IsStarting(container); waited += Poll)
        {
            if (waited >= StartSignals.Patience) return EndStart(container);
            Pause();
        }
        return false;
    }

    /// <summary>Who asked for a start has the lock until that is over.</summary>
    public static IDisposable Lock(EngineContainer container) => container.Lock(() =>
    {
        if (!GiveUpStart(container)) Pause();
    });

    /// <summary>Waits while its monitor is about to start it, or to go: who asked for that may have been killed.</summary>
    public static void Settle(EngineContainer container)
    {
        for (int waited = 0; container.MonitorLives() && !container.IsRunning; waited += Poll)
        {
            Knock(container, waited);
            Await(container, waited, "is neither started nor given up");
        }
    }

    /// <summary>Waits for one that is about to be started, by a command that was killed perhaps, or is between two runs.</summary>
    private static HeldContainer? AwaitFirst(EngineContainer container)
    {
        HeldContainer? found;
        for (int waited = 0; (found = FirstProcess.Find(container)) is null && container.MonitorLives(); waited += Poll)
        {
            if (waited >= StartSignals.Patience && MonitorLock.IsStarting(container) && EndStart(container)) return null;
            Knock(container, waited);
            Await(container, waited, "is neither started nor given up");
        }
        return found;
    }

    /// <exception cref="UserError">A process of it does not end, and why.</exception>
    private static bool EndStart(EngineContainer container)
    {
        // Who asked for it says that.
        StopNote.Write(container);
        if (LivingMonitor.Pid(container) == 0) return false;
        List<int> left = LivingMonitor.Kill(container);
        TakeBack(container);
        if (left.Count == 0) return true;
        (string why, string hint) = StuckProcess.Explain(left);
        throw new UserError($"the start of container {container.Config.Name} does not end: {why}", hint);
    }

    /// <summary>What a monitor that was killed had made, and with --rm the container: who asked for it may be gone.</summary>
    private static void TakeBack(EngineContainer container)
    {
        for (int waited = 0; waited < Patience && File.Exists(container.MonitorLockPath); waited += Poll)
        {
            using IDisposable? held = container.IsHeld ? null : container.TryLock();
            if (!container.IsHeld)
            {
                Pause();
                continue;
            }
            ContainerRepair.State(container);
            if (!container.Config.AutoRemove) continue;
            ContainerRemoval.Remove(container);
            ContainerVolumes.RemoveAnonymous(container);
        }
    }

    /// <exception cref="UserError">It has been too long.</exception>
    private static void Await(EngineContainer container, int waited, string what)
    {
        if (waited >= Patience) throw Hangs(container, what);
        Pause();
    }

    /// <summary>It may have something to say; one that starts its container does not answer.</summary>
    private static void Knock(EngineContainer container, int waited)
    {
        if (waited == KnockAfter && !MonitorLock.IsStarting(container)) LivingMonitor.Knock(container);
    }

    private static void Pause() => Poller.Pause(Poll);

    private static UserError Hangs(EngineContainer container, string what)
    {
        string text = $"container {container.Config.Name} {what}";
        if (LivingMonitor.Pid(container) is > 0 and var monitor && StuckProcess.Find([monitor]) is { } kept)
            return new UserError($"{text}: {kept.Why}", kept.Hint);
        if (MonitorLock.IsStarting(container)) text += $": {LockHolder.Describe(container.MonitorLockPath)}";
        return new UserError(text, $"its minirun-monitor is in ps: does it hang? `minirun rm -f {container.Config.Name}` ends it, too");
    }
}
