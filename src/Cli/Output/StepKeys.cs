using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.Launch;
using Minirun.Runtime.Plan;
using static Minirun.Linux.termios_;

namespace Minirun.Cli.Output;

/// <summary>
/// The keys of --step, on the caller's terminal where the question is seen on it, else from stdin, a byte at a time so that nothing of the
/// command's is taken. On a terminal a key counts at once, and what it does elsewhere it does here: ^C ends, ^Z stops.
/// </summary>
internal sealed class StepKeys(ContainerPlan plan)
{
    private const string Question = "     Enter to continue (s shell, m mounts, q quit): ";
    private const string Unknown = "     unknown key: Enter continues, s opens a shell, m shows the mounts, q quits\n";
    private const string NothingLeft = "nothing of the container is left";

    private readonly Fd _fd = OpenKeys();

    // Those that minirun relays; nobody else reads them while we wait here.
    private readonly SignalFd _signals = OpenSignals();

    private HashSet<string>? _copied;

    /// <summary>The process that becomes the container; 0: it is not there yet.</summary>
    public int Child { get; set; }

    /// <summary>Who does not see the question (`2>FILE`) answers on stdin, if at all.</summary>
    private static Fd OpenKeys()
    {
        if (!Screen.Error.IsTerminal) return new Fd(0);
        return Fd.TryOpen("/dev/tty", fcntl.O_RDONLY | fcntl.O_NOCTTY) is { IsOpen: true } tty ? tty : new Fd(0);
    }

    /// <summary>Returns when the next operation may go.</summary>
    /// <exception cref="UserError">It shall not: a signal, q, or the end of the input.</exception>
    public void Await(Action<string> say)
    {
        if (Child != 0) _copied ??= StepMounts.ReadIds(Child);
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
                    say(Child == 0 ? "     there is no child yet\n" : StepMounts.Describe(Child, _copied!));
                    break;
                case 's':
                    Shell(say);
                    break;
                case '?':
                    say(Unknown);
                    break;
                default:
                    throw new UserError("--step: the input ended before the last operation",
                        "run it in a terminal, or give an Enter for each operation on stdin");
            }
        }
    }

    /// <summary>One of the keys, '?' for another, or 0 at the end of the input. The line of the question is ended.</summary>
    private char ReadKey(Action<string> say)
    {
        using var key = new KeyTerminal(_fd);
        while (true)
        {
            if (AwaitInput(key, say)) continue;
            byte typed = 0;
            int got = Io.Read(_fd, new Span<byte>(ref typed));
            if (got < 0 && Io.IsEmpty) continue;
            if (got == 1 && key.Stops(typed))
            {
                Stop(key, say);
                continue;
            }
            bool isKnown = got == 1 && (char)typed is '\n' or 'q' or 'm' or 's';
            // In a pipe lines may end in CR LF.
            if (got == 1 && !isKnown && !key.IsTerminal) continue;
            say("\n");
            return got != 1 ? '\0' : isKnown ? (char)typed : '?';
        }
    }

    /// <summary>
    /// Whether to look again: nothing can be read yet. Where we were stopped, and go on, the question was asked once more.
    /// </summary>
    /// <exception cref="UserError">A signal came instead: the exit status is the one it has in a shell.</exception>
    private bool AwaitInput(KeyTerminal key, Action<string> say)
    {
        var poller = new Poller();
        PollSource keys = poller.Add(_fd), signals = poller.Add(_signals.Descriptor);
        poller.Wait(-1);
        if (!signals.IsReady || ReadSignal() is not (> 0 and var number)) return !keys.IsReady;
        if (number != signal.SIGCONT)
        {
            say("\n");
            throw new UserError("--step: ended by a signal", NothingLeft, 128 + number);
        }
        // A shell has made the terminal its own meanwhile (kill -STOP, then fg).
        key.Set();
        say("\n" + Question);
        return true;
    }

    /// <summary>
    /// ^Z, for the whole of the job as the kernel does it, but the shell finds its terminal as it was. By its key, and never by a signal
    /// that this thread had blocked: another thread takes that first, and stops us before we hear of it.
    /// </summary>
    private void Stop(KeyTerminal key, Action<string> say)
    {
        key.Restore();
        say("\n");
        signal.kill(0, signal.SIGTSTP);
        // Here we go on. In a group that nobody can continue (it is orphaned) the kernel has not stopped us, and no SIGCONT has come.
        SignalMask.TakeWaiting(signal.Bit(signal.SIGCONT));
        key.Set();
        say(Question);
    }

    /// <summary>The next signal that is there; 0: there is none.</summary>
    private int ReadSignal() => _signals.TryRead(out signalfd_siginfo info) ? (int)info.ssi_signo : 0;

    private void Shell(Action<string> say)
    {
        if (Child == 0)
        {
            say("     there is no child yet\n");
            return;
        }
        say("     a shell in the namespaces as they are now; exit comes back here\n");
        bool isOurs = Terminal.TryGetForeground(_fd, out int group);
        try
        {
            NamespaceShell.Run(Child, plan.Spec.Namespaces, _fd);
        }
        catch (LinuxException error)
        {
            say($"     no shell: {error.Message}\n");
        }
        // A shell with jobs takes the terminal, and cannot give it back to a group that its pid namespace does not know.
        if (isOurs) TakeTerminal(group);
        // What was typed in there was meant for it.
        while (ReadSignal() != 0) { }
    }

    /// <summary>The kernel would stop us for it (SIGTTOU): it is another group's.</summary>
    private void TakeTerminal(int group)
    {
        using var blocked = new SignalMask(signal.Bit(signal.SIGTTOU));
        Terminal.SetForeground(_fd, group);
    }

    private static SignalFd OpenSignals()
    {
        ulong ends = signal.Bit(signal.SIGINT) | signal.Bit(signal.SIGTERM) | signal.Bit(signal.SIGHUP) | signal.Bit(signal.SIGQUIT);
        return new SignalFd(ends | signal.Bit(signal.SIGCONT));
    }

    /// <summary>A terminal where a key counts at once and is not echoed, and which is what it was when this is disposed of.</summary>
    private sealed class KeyTerminal : IDisposable
    {
        private readonly int _fd;
        private readonly termios _saved;

        public KeyTerminal(int fd)
        {
            _fd = fd;
            IsTerminal = Terminal.TryGet(fd, out _saved);
            Set();
        }

        public bool IsTerminal { get; }

        /// <summary>Whether it is the key that stops a job (termios(3), VSUSP).</summary>
        public bool Stops(byte key) => IsTerminal && (_saved.c_lflag & ISIG) != 0 && key != 0 && key == _saved.Key(VSUSP);

        public void Set()
        {
            if (!IsTerminal) return;
            termios keys = _saved;
            keys.c_lflag &= ~(ICANON | ECHO);
            keys.SetKey(VMIN, 1);
            keys.SetKey(VTIME, 0);
            keys.SetKey(VSUSP, 0);
            Terminal.Set(_fd, keys);
        }

        public void Restore()
        {
            if (IsTerminal) Terminal.Set(_fd, _saved);
        }

        public void Dispose() => Restore();
    }
}
