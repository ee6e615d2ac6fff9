using System.Runtime.InteropServices;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Launch;
using Minirun.Runtime.Plan;
using static Minirun.Linux.termios_;

namespace Minirun.Cli.Output;

/// <summary>
/// The keys of --step, on the caller's terminal when there is one, else from stdin, a byte at a time so that nothing of the command's is taken. On a terminal a
/// key counts at once; its signals stay what they are: ^C ends, ^Z stops.
/// </summary>
internal sealed unsafe class StepKeys(ContainerPlan plan)
{
    private const string Question = "     Enter to go on (s shell, m mounts, q quit): ";
    private const int SIG_UNBLOCK = 1;

    // ^Z, and what the kernel sends who takes a terminal back that is another group's.
    private static readonly ulong s_jobSignals = signal.Bit(signal.SIGTSTP) | signal.Bit(signal.SIGTTOU);
    private const string NothingLeft = "nothing of the container is left";

    private readonly int _fd = fcntl.open("/dev/tty", fcntl.O_RDONLY | fcntl.O_NOCTTY | fcntl.O_CLOEXEC) is >= 0 and var tty ? tty : 0;

    // Blocked like all that minirun relays: nobody reads them while we wait here.
    private readonly int _signals = OpenSignals();

    /// <summary>The process that becomes the container; 0: it is not there yet.</summary>
    public int Child { get; set; }

    /// <summary>Returns when the next operation may go.</summary>
    /// <exception cref="UserError">It shall not: a signal, q, or the end of the input.</exception>
    public void Await(Action<string> say)
    {
        while (true)
        {
            say(Question);
            switch (ReadKey(say))
            {
                case '\n':
                    return;
                case 'q':
                    throw new UserError("--step: ended before the last operation", NothingLeft);
                case 'm':
                    say(Child == 0 ? "     there is no child yet\n" : StepMounts.Describe(Child));
                    break;
                case 's':
                    Shell(say);
                    break;
                default:
                    throw new UserError("--step: the input ended before the last operation", "run it in a terminal, or give an Enter for each operation on stdin");
            }
        }
    }

    /// <summary>One of the keys, or 0 at the end of the input; others are passed over. The line of the question is ended.</summary>
    private char ReadKey(Action<string> say)
    {
        using var key = new KeyTerminal(_fd);
        while (true)
        {
            if (AwaitInput(key, say)) continue;
            byte typed;
            nint got = unistd.read(_fd, &typed, 1);
            if (got < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR) continue;
            if (got == 1 && (char)typed is not ('\n' or 'q' or 'm' or 's')) continue;
            say("\n");
            return got == 1 ? (char)typed : '\0';
        }
    }

    /// <summary>True when we were stopped and go on: the question is asked again.</summary>
    /// <exception cref="UserError">A signal came instead: the exit status is the one it has in a shell.</exception>
    private bool AwaitInput(KeyTerminal key, Action<string> say)
    {
        pollfd* fds = stackalloc pollfd[2] { new() { fd = _fd, events = poll.POLLIN }, new() { fd = _signals, events = poll.POLLIN } };
        while (poll.poll_(fds, 2, -1) < 0) { }
        signalfd_siginfo info;
        if (fds[1].revents == 0 || unistd.read(_signals, &info, sizeof(signalfd_siginfo)) != sizeof(signalfd_siginfo)) return false;
        if (info.ssi_signo != signal.SIGTSTP)
        {
            say("\n");
            throw new UserError("--step: ended by a signal", NothingLeft, 128 + (int)info.ssi_signo);
        }
        // As the kernel would have, but the shell finds its terminal as it was.
        key.Restore();
        say("\n");
        signal.kill(unistd.getpid(), signal.SIGSTOP);
        key.Set();
        say(Question);
        return true;
    }

    /// <summary>The last operation is done: ^Z is no business of ours any more.</summary>
    public void End()
    {
        ulong stop = s_jobSignals;
        sys_syscall.syscall(sys_syscall.SYS_rt_sigprocmask, SIG_UNBLOCK, (nint)(&stop), 0, sizeof(ulong));
    }

    private void Shell(Action<string> say)
    {
        if (Child == 0)
        {
            say("     there is no child yet\n");
            return;
        }
        say("     a shell in the namespaces as they are now; exit comes back here\n");
        int group;
        bool isOurs = ioctl(_fd, TIOCGPGRP, &group) == 0;
        try
        {
            int status = NamespaceShell.Run(Child, plan.Spec.Namespaces, _fd);
            if (status is UserError.NotFound or UserError.CannotExecute) say("     there is no /bin/sh there\n");
        }
        catch (LinuxException error)
        {
            say($"     no shell: {error.Message}\n");
        }
        // A shell with jobs takes the terminal, and cannot give it back to a group that its pid namespace does not know.
        if (isOurs) ioctl(_fd, TIOCSPGRP, &group);
        // What was typed in there was meant for it.
        signalfd_siginfo info;
        pollfd pending = new() { fd = _signals, events = poll.POLLIN };
        while (poll.poll_(&pending, 1, 0) > 0 && unistd.read(_signals, &info, sizeof(signalfd_siginfo)) > 0) { }
    }

    private static int OpenSignals()
    {
        ulong mask = signal.Bit(signal.SIGINT) | signal.Bit(signal.SIGTERM) | signal.Bit(signal.SIGHUP) | signal.Bit(signal.SIGQUIT) | signal.Bit(signal.SIGTSTP);
        // Not one of those that are relayed; the child, which is made later, has its own mask set before its command runs.
        ulong stop = s_jobSignals;
        sys_syscall.syscall(sys_syscall.SYS_rt_sigprocmask, signal.SIG_BLOCK, (nint)(&stop), 0, sizeof(ulong));
        return (int)LinuxException.Check(sys_syscall.syscall(sys_syscall.SYS_signalfd4, -1, (nint)(&mask), sizeof(ulong), signal.SFD_CLOEXEC), "signalfd4");
    }

    /// <summary>A terminal where a key counts at once and is not echoed, and which is what it was when this is disposed of.</summary>
    private sealed class KeyTerminal : IDisposable
    {
        private readonly int _fd;
        private readonly bool _isTerminal;
        private termios _saved;

        public KeyTerminal(int fd)
        {
            _fd = fd;
            termios settings;
            _isTerminal = ioctl(fd, TCGETS, &settings) == 0;
            _saved = settings;
            Set();
        }

        public void Set()
        {
            if (!_isTerminal) return;
            termios keys = _saved;
            keys.c_lflag &= ~(ICANON | ECHO);
            keys.c_cc[VMIN] = 1;
            keys.c_cc[VTIME] = 0;
            ioctl(_fd, TCSETSW, &keys);
        }

        public void Restore()
        {
            if (!_isTerminal) return;
            fixed (termios* saved = &_saved) ioctl(_fd, TCSETSW, saved);
        }

        public void Dispose() => Restore();
    }
}
