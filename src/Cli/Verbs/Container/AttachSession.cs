using Minirun.Linux.Calls;
using System.Runtime.InteropServices;
using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Engine.Attach;
using Minirun.Engine.Life;
using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Lifecycle;
using static Minirun.Linux.termios_;
using winsize = Tmds.Linux.winsize;

namespace Minirun.Cli.Verbs.Container;

/// <summary>Our terminal or pipes joined to a container's, through its monitor, until it ends or we are told to leave.</summary>
internal sealed unsafe class AttachSession : IDisposable
{
    private const int Detached = 0, AtOnce = 65536, Patience = 30_000;   // ms
    private readonly EngineContainer _container;
    private readonly int _socket;
    private readonly bool _input;
    private readonly InputQueue _typed;
    private readonly Outlet[] _outlets = [new(1), new(2)];
    private readonly byte[] _buffer = new byte[AtOnce + TerminalRequests.MostHeld + 1];

    /// <summary>Of both outputs, where they go to a terminal whose answers do not go in.</summary>
    private readonly TerminalRequests?[] _requests;
    private RawTerminal? _terminal;
    private int _shownStart, _shownEnd;
    private bool _welcome, _inputEnds, _discards, _asked;
    private bool? _endedLate;
    private long _timeIsOver = long.MaxValue, _waitsSince;
    private (int ExitCode, bool TimeIsOver, bool NoMemory) _end;
    private int _trouble;

    private AttachSession(EngineContainer container, int socket, bool input, string? keys)
    {
        (_container, _socket, _input, _typed) = (container, socket, input, new InputQueue(new DetachKeys(keys)));
        _requests = Array.ConvertAll((int[])[1, 2], fd => input ? null : TerminalRequests.Of(fd));
    }

    /// <summary>Signals to us are for the container; else they end us alone.</summary>
    public bool PassesSignals { get; set; } = true;

    /// <summary>
    /// The container ran before us. The end of our terminal (SIGHUP) is no business of it then: whoever closes a window does not mean it.
    /// </summary>
    public bool Joins { get; init; }

    /// <summary>We go when nobody reads what we write any more. Else that is the container's business, as in any pipeline.</summary>
    public bool EndsWithReader { get; set; }

    /// <param name="container">It has a monitor.</param>
    /// <param name="input">Whether our input goes in.</param>
    /// <param name="keys">The keys that detach; null: ctrl-p,ctrl-q.</param>
    /// <param name="joins">As <see cref="Joins"/>.</param>
    public static AttachSession Open(EngineContainer container, bool input, string? keys = null, bool joins = false)
    {
        int socket = UnixSocket.Connect(container.AttachPath, sys_socket.SOCK_SEQPACKET);
        var session = new AttachSession(container, socket, input, keys) { Joins = joins };
        // Before the command runs, if it is about to be started: it sees the right size from the first moment. One that runs gets another
        // size first, as docker has it: a change is what a shell draws its prompt anew for.
        if (container.Config.Tty) SendSize(socket, taller: joins ? 1 : 0);
        return session;
    }

    /// <summary>Gives the container's exit code; 0 when detached.</summary>
    public int Run()
    {
        bool terminal = _container.Config.Tty && unistd.isatty(0) == 1;
        if (terminal && _input) _terminal = new RawTerminal();
        if (_container.Config.Tty) SendSize(_socket);
        int signals = RelayedSignals.Open();
        bool reads = _input, watchesReader = EndsWithReader && !Screen.Out.IsTerminal;
        long deadline = Environment.TickCount64 + Patience;
        if (_container.Config.Timeout > 0) _timeIsOver = Environment.TickCount64 + (long)(_container.Config.Timeout * 1000);
        pollfd* fds = stackalloc pollfd[5];
        while (true)
        {
            bool ours = _terminal?.Take() ?? RawTerminal.IsForeground(), readsNow = reads && ours && _typed.HasRoom(IsRaw);
            short events = (short)((Shows ? 0 : poll.POLLIN) | (Sends ? poll.POLLOUT : 0));
            fds[0] = new pollfd { fd = events == 0 ? -1 : _socket, events = events };
            fds[1] = new pollfd { fd = readsNow ? 0 : -1, events = poll.POLLIN };
            fds[2] = new pollfd { fd = signals, events = poll.POLLIN };
            fds[3] = new pollfd { fd = watchesReader ? 1 : -1 };
            fds[4] = new pollfd { fd = Shows ? Outlet.Descriptor : -1, events = poll.POLLOUT };
            int patience = !_welcome ? (int)Math.Max(0, deadline - Environment.TickCount64)
                : reads && !ours ? RawTerminal.LookAgain
                : LastOutput.Wait(Shows);
            int ready = poll.poll_(fds, 5, patience);
            if (Shows && fds[4].revents == 0 && Environment.TickCount64 - _waitsSince >= LastOutput.Patience) GiveUpReader();
            if (ready < 0 || (ready == 0 && _welcome)) continue;
            if (fds[3].revents != 0) return 128 + signal.SIGPIPE;
            if (ready == 0) throw NoAnswer();
            if (fds[4].revents != 0) Show();
            // Who only looks on goes alone, as when its reader has gone.
            if (_trouble != 0 && EndsWithReader) return LastOutput.Check(0, _trouble);
            // Nobody takes what is typed; what it has said before is read in its turn.
            if ((fds[0].revents & (poll.POLLHUP | poll.POLLERR)) != 0) StopSending();
            else if ((fds[0].revents & poll.POLLOUT) != 0) Send();
            if ((fds[0].revents & ~poll.POLLOUT) != 0 && !Shows && Receive() is { } status) return status;
            if (fds[1].revents != 0)
            {
                InputEvent what = _typed.Read(IsRaw);
                _inputEnds = what == InputEvent.Ended;
                Send();
                if (what == InputEvent.Detach) return Leave();
                if (what == InputEvent.HungUp && EndsBy(signal.SIGHUP)) return 128 + signal.SIGHUP;
                reads = what == InputEvent.Goes;
            }
            if (fds[2].revents != 0 && Relay(signals) is var left and > 0) return 128 + left;
        }
    }

    private bool IsRaw => _terminal is { IsRaw: true };

    private UserError NoAnswer() => new($"the monitor of container {_container.Config.Name} does not answer",
        "its minirun-monitor is in ps: is it stopped (kill -CONT), or hung (kill -9)?");

    /// <summary>
    /// A shell's prompt begins a line of its own, and whoever did not mean the keys knows what has happened (docker's words).
    /// </summary>
    private int Leave()
    {
        _terminal?.Dispose();
        TextOutput.Error("read escape sequence");
        return Detached;
    }

    /// <summary>After the end: why it was killed, in the words of a run without a monitor.</summary>
    /// <param name="memory">The limit that was asked for; null: none.</param>
    public void TellWhy(long? memory)
    {
        _terminal?.Dispose();
        if (_end.TimeIsOver) Output.Message.Warning(Supervisor.TimeIsOver);
        if (_end.NoMemory) Output.Message.Warning(OutOfMemory.Text(memory, "--memory"));
    }

    public void Dispose()
    {
        _terminal?.Dispose();
        unistd.close(_socket);
    }

    /// <summary>The exit code, when that is what came.</summary>
    private int? Receive()
    {
        nint length;
        fixed (byte* start = _buffer) length = sys_socket.recv(_socket, start, AtOnce, 0);
        // What we sent last was never read, for the monitor had ended: the kernel says so first, and then gives what is there for us.
        if (length < 0 && Marshal.GetLastPInvokeError() is Errno.EINTR or Errno.ECONNRESET) return null;
        if (length <= 0) return Orphaned();
        // Whatever it is: it is there.
        _welcome = true;
        if (_buffer[0] == AttachMessage.Ended)
        {
            _end = AttachMessage.ReadEnd(_buffer.AsSpan(0, (int)length));
            return LastOutput.Check(_end.ExitCode, _trouble);
        }
        if (_buffer[0] is not (AttachMessage.Output or AttachMessage.Error) || _discards) return null;
        (_shownStart, _shownEnd) = (1, (int)length);
        if (_requests[_buffer[0] - AttachMessage.Output] is { } requests)
            _shownEnd = 1 + requests.Filter(_buffer[1..(int)length], _buffer.AsSpan(1));
        _waitsSince = Environment.TickCount64;
        Show();
        return null;
    }

    /// <summary>There is output that was read and not yet written. Nothing more is read before it has been.</summary>
    private bool Shows => _shownStart < _shownEnd;

    private Outlet Outlet => _outlets[_buffer[0] - AttachMessage.Output];

    private void Show()
    {
        int count = Outlet.Write(_buffer.AsSpan(_shownStart, _shownEnd - _shownStart));
        if (count > 0) _waitsSince = Environment.TickCount64;
        _shownStart = count < 0 ? _shownEnd : _shownStart + count;
        if (count >= 0) return;
        int errno = Marshal.GetLastPInvokeError();
        // Whoever writes for a reader that has gone, or for a full disk, is told so, as by a pipe.
        if (!EndsWithReader && (errno == Errno.EPIPE || _trouble == 0)) EndingSignal.PassOn(_container, signal.SIGPIPE);
        if (errno != Errno.EPIPE) _trouble = errno;
    }

    /// <summary>Its monitor is gone without a word.</summary>
    private int Orphaned()
    {
        _container.WaitForMonitor(1000);
        ContainerState state = ContainerRepair.State(_container);
        if (state.Status == ContainerState.Running)
            throw new UserError(
                $"the monitor of container {_container.Config.Name} was killed: it keeps running, and nobody reads its output",
                $"minirun restart {_container.Config.Name} gives it another");
        if (state.Cause == "unknown") Output.Message.Warning($"container {_container.Config.Name}: {state.Error}");
        return state.ExitCode;
    }

    private bool Sends => !_typed.IsEmpty || _inputEnds;

    /// <summary>As much as the monitor takes now: it takes nothing while the container does not read what it has.</summary>
    private void Send()
    {
        byte* message = stackalloc byte[1 + InputQueue.AtOnce];
        while (Sends)
        {
            ReadOnlySpan<byte> bytes = _typed.First;
            message[0] = bytes.IsEmpty ? AttachMessage.EndOfInput : AttachMessage.Input;
            bytes.CopyTo(new Span<byte>(message + 1, bytes.Length));
            if (sys_socket.send(_socket, message, bytes.Length + 1, sys_socket.MSG_NOSIGNAL | sys_socket.MSG_DONTWAIT) < 0)
            {
                if (Marshal.GetLastPInvokeError() is not (Errno.EAGAIN or Errno.EINTR)) StopSending();
                return;
            }
            _typed.Taken(bytes.Length);
            _inputEnds &= !bytes.IsEmpty;
        }
    }

    private void StopSending()
    {
        _typed.Clear();
        _inputEnds = false;
    }

    /// <summary>A signal that ends us; 0: none.</summary>
    private int Relay(int signals)
    {
        signalfd_siginfo info;
        while (unistd.read(signals, &info, sizeof(signalfd_siginfo)) == sizeof(signalfd_siginfo))
        {
            int number = (int)info.ssi_signo;
            if (number == signal.SIGCONT) _terminal?.Retake();
            if (number == signal.SIGWINCH) Resize();
            else if (number is signal.SIGCHLD or signal.SIGPIPE) continue;
            else if (EndsBy(number)) return number;
        }
        return 0;
    }

    /// <summary>Passes a signal on; true when it ends us alone instead.</summary>
    private bool EndsBy(int number)
    {
        if (!PassesSignals || (number == signal.SIGHUP && Joins)) return true;
        bool ends = DroppedSignal.Ends(number);
        // When it has ended, only a reader is waited for that does not take what it wrote.
        if (!EndingSignal.PassOn(_container, number) && Shows && ends) Discard();
        _asked |= ends;
        return false;
    }

    private void Discard()
    {
        _discards = true;
        _shownStart = _shownEnd;
    }

    /// <summary>A reader has taken nothing for a while. It is waited for, unless a signal or --timeout has ended the container.</summary>
    private void GiveUpReader()
    {
        _waitsSince = Environment.TickCount64;
        bool isThere = Directory.Exists(_container.Directory), late = _waitsSince >= _timeIsOver;
        if (isThere && _container.IsRunning) return;
        string? cause = isThere ? ContainerRepair.State(_container).Cause : null;
        // It is being removed; what was read of it may be of what was left.
        if (isThere && !Directory.Exists(_container.Directory)) return;
        // With --rm it has taken its cause with it.
        _endedLate ??= isThere ? cause == "timeout" : late;
        if (_asked || _endedLate == true) Discard();
    }

    /// <summary>By a connection of its own: on ours it would have to wait until the container has read what was typed before.</summary>
    private void Resize()
    {
        if (!_container.Config.Tty) return;
        try
        {
            int socket = UnixSocket.Connect(_container.AttachPath, sys_socket.SOCK_SEQPACKET | sys_socket.SOCK_NONBLOCK);
            SendSize(socket);
            unistd.close(socket);
        }
        catch (LinuxException) { }   // It has ended, or its monitor stands still.
    }

    private static void SendSize(int socket, int taller = 0)
    {
        winsize size;
        if (ioctl(1, TIOCGWINSZ, &size) != 0 && ioctl(0, TIOCGWINSZ, &size) != 0) return;
        byte* message = stackalloc byte[AttachMessage.SizeLength];
        AttachMessage.WriteSize(new(message, AttachMessage.SizeLength), (ushort)(size.ws_row + taller), size.ws_col);
        sys_socket.send(socket, message, AttachMessage.SizeLength, sys_socket.MSG_NOSIGNAL | sys_socket.MSG_DONTWAIT);
    }
}
