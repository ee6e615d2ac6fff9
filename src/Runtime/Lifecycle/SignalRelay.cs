using Minirun.Linux;
using Minirun.Runtime.Launch;
using Minirun.Runtime.Plan;

namespace Minirun.Runtime.Lifecycle;

/// <summary>Passes the signals that minirun gets on to the container.</summary>
internal sealed unsafe class SignalRelay
{
    private readonly LaunchedContainer _container;
    private readonly bool _commandIsInit;

    public SignalRelay(ContainerPlan plan, LaunchedContainer container)
    {
        _container = container;
        _commandIsInit = plan.Spec.Has(sched.CLONE_NEWPID) && !plan.Spec.Init;
        Fd = RelayedSignals.Open();
    }

    /// <summary>signalfd(2) of <see cref="RelayedSignals"/>.</summary>
    public int Fd { get; }

    /// <summary>The signal that ended the container in our hands, though the kernel says SIGKILL.</summary>
    public int? EndedBy { get; private set; }

    /// <summary>One has come that was to end the command.</summary>
    public bool HasAsked { get; private set; }

    public void Relay(TerminalRelay? terminal, bool started)
    {
        signalfd_siginfo info;
        while (unistd.read(Fd, &info, sizeof(signalfd_siginfo)) == sizeof(signalfd_siginfo))
        {
            int number = (int)info.ssi_signo;
            if (number == signal.SIGCHLD) continue;
            HasAsked |= DroppedSignal.Ends(number);
            if (number == signal.SIGCONT) terminal?.Retake();
            if (number == signal.SIGWINCH && terminal is not null) terminal.Resize();
            else if (!DroppedSignal.Ends(number) || (started && !WouldBeIgnored(number))) _container.Signal(number);
            else End(number);
        }
    }

    /// <summary>One that the command is to have, and that ends it if it has no handler.</summary>
    public void Tell(int number)
    {
        if (WouldBeIgnored(number)) End(number);
        else _container.Signal(number);
    }

    /// <summary>Whether one has come that ends us, now that there is nobody to pass it on to.</summary>
    public bool IsInterrupted()
    {
        signalfd_siginfo info;
        bool any = false;
        while (unistd.read(Fd, &info, sizeof(signalfd_siginfo)) == sizeof(signalfd_siginfo)) any |= DroppedSignal.Ends((int)info.ssi_signo);
        return any;
    }

    /// <summary>
    /// A key of the container's terminal has sent a signal to its foreground group. The kernel drops that too for a first process without a
    /// handler, so Ctrl-C would do nothing. Before the command runs nobody would hear of it at all: there is no group yet, or one that has
    /// all signals blocked.
    /// </summary>
    public void Typed(int number, int foregroundGroup, bool started)
    {
        if (!started || (foregroundGroup == _container.Pid && WouldBeIgnored(number))) End(number);
    }

    private void End(int number)
    {
        (EndedBy, HasAsked) = (number, true);
        _container.Signal(signal.SIGKILL);
    }

    private bool WouldBeIgnored(int number) => _commandIsInit && DroppedSignal.Is(number, _container.Pid);
}
