using Minirun.Init;
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
        ulong mask = Boot.RelayedSignals;
        Fd = (int)LinuxException.Check(sys_syscall.syscall(sys_syscall.SYS_signalfd4, -1, (nint)(&mask), sizeof(ulong), signal.SFD_CLOEXEC | signal.SFD_NONBLOCK), "signalfd4");
    }

    /// <summary>signalfd(2) of the signals that <see cref="Boot"/> blocked.</summary>
    public int Fd { get; }

    /// <summary>The signal that ended the container in our hands, though the kernel says SIGKILL.</summary>
    public int? EndedBy { get; private set; }

    public void Relay(TerminalRelay? terminal, bool started)
    {
        signalfd_siginfo info;
        while (unistd.read(Fd, &info, sizeof(signalfd_siginfo)) == sizeof(signalfd_siginfo))
        {
            int number = (int)info.ssi_signo;
            if (number == signal.SIGCHLD) continue;
            if (number == signal.SIGWINCH && terminal is not null) terminal.Resize();
            else if (!Ends(number) || (started && !WouldBeIgnored(number))) _container.Signal(number);
            else End(number);
        }
    }

    /// <summary>
    /// A key of the container's terminal has sent a signal to its foreground group. The kernel drops that too for a first process without a handler, so
    /// Ctrl-C would do nothing. Before the command runs nobody would hear of it at all: there is no group yet, or one that has all signals blocked.
    /// </summary>
    public void Typed(int number, int foregroundGroup, bool started)
    {
        if (!started || (foregroundGroup == _container.Pid && WouldBeIgnored(number))) End(number);
    }

    private void End(int number)
    {
        EndedBy = number;
        _container.Signal(signal.SIGKILL);
    }

    /// <summary>Whether the signal's default action ends a process (signal(7)).</summary>
    private static bool Ends(int number) => number is not (signal.SIGCHLD or signal.SIGCONT or signal.SIGURG or signal.SIGWINCH);

    /// <summary>
    /// The kernel drops a signal for the first process of a pid namespace that has no handler for it. A command that is that process by our
    /// doing, and would have died of the signal outside, must not live on because of it.
    /// </summary>
    private bool WouldBeIgnored(int number)
    {
        if (!_commandIsInit) return false;
        ulong known = 0;
        try
        {
            foreach (string line in File.ReadLines($"/proc/{_container.Pid}/status"))
                if (line.StartsWith("SigBlk:", StringComparison.Ordinal) || line.StartsWith("SigIgn:", StringComparison.Ordinal) || line.StartsWith("SigCgt:", StringComparison.Ordinal))
                    known |= Convert.ToUInt64(line[7..].Trim(), 16);
        }
        catch (IOException)
        {
            return false;   // it is gone
        }
        return (known & signal.Bit(number)) == 0;
    }
}
