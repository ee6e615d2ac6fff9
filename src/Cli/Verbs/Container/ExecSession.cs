using System.Runtime.InteropServices;
using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Engine.Execution;
using Minirun.Engine.Monitor;
using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Lifecycle;
using static Minirun.Linux.termios_;
using winsize = Tmds.Linux.winsize;

namespace Minirun.Cli.Verbs.Container;

/// <summary>
/// Our terminal joined to that of another process in a container (<c>exec -it</c>), until it ends or we are told to leave.
/// </summary>
internal sealed unsafe class ExecSession(ExecTerminal process, DetachKeys keys)
{
    private const int Grace = 100;   // ms; for what it has written before its end
    private readonly byte[] _buffer = new byte[65536];
    private readonly InputQueue _typed = new(keys);
    private readonly Outlet _screen = new(1);
    private int _shownStart, _shownEnd;
    private RawTerminal? _terminal;

    /// <summary>Gives its exit code; 0 when detached.</summary>
    public static int Run(EngineContainer container, ExecRequest request, string? keys)
    {
        var detach = new DetachKeys(keys);
        using ExecTerminal? process = ExecTerminal.Start(container, request, out int status);
        return process is null ? status : new ExecSession(process, detach).Run();
    }

    private int Run()
    {
        using var terminal = new RawTerminal();
        SendSize();
        int signals = RelayedSignals.Open();
        _terminal = terminal;
        bool reads = true, writes = true, ended = false, asked = false;
        pollfd* fds = stackalloc pollfd[5];
        while (true)
        {
            bool waits = writes && !_typed.IsEmpty, shows = Shows, ours = terminal.Take();
            short events = (short)((shows ? 0 : poll.POLLIN) | (waits ? poll.POLLOUT : 0));
            fds[0] = new pollfd { fd = writes && events != 0 ? process.Master : -1, events = events };
            fds[1] = new pollfd { fd = reads && !ended && ours && _typed.HasRoom(terminal.IsRaw) ? 0 : -1, events = poll.POLLIN };
            fds[2] = new pollfd { fd = ended ? -1 : process.PidFd, events = poll.POLLIN };
            fds[3] = new pollfd { fd = signals, events = poll.POLLIN };
            fds[4] = new pollfd { fd = shows ? _screen.Descriptor : -1, events = poll.POLLOUT };
            int ready = poll.poll_(fds, 5, ended ? shows ? LastOutput.Wait(asked) : Grace : ours ? -1 : RawTerminal.LookAgain);
            if (ready < 0) continue;
            if (ready == 0 && ended && asked && shows) return End();
            if (fds[4].revents != 0) Show();
            if ((fds[0].revents & (poll.POLLIN | poll.POLLHUP | poll.POLLERR)) != 0)
            {
                if (Shows) _typed.Clear();
                else writes = Receive();
            }
            if (ended && !Shows && (ready == 0 || !writes)) return End();
            if (writes && (fds[0].revents & poll.POLLOUT) != 0) Pass();
            if (fds[1].revents != 0)
            {
                InputEvent what = _typed.Read(terminal.IsRaw);
                reads = what == InputEvent.Goes;
                if (!_typed.IsEmpty) Pass();
                if (what == InputEvent.Detach) return Leave(terminal);
            }
            ended |= fds[2].revents != 0;
            bool asks = fds[3].revents != 0 && Relay(signals);
            // Once it has ended, only a reader is waited for that does not take what it wrote.
            if (asks && ended && Shows) return End();
            asked |= asks;
        }
    }

    private int End() => LastOutput.Check(process.Wait(), _screen.Trouble);

    private int Leave(RawTerminal terminal)
    {
        process.Leave();
        terminal.Dispose();
        TextOutput.Error("read escape sequence");
        return 0;
    }

    /// <summary>There is output that was read and not yet written. Nothing more is read before it has been.</summary>
    private bool Shows => _shownStart < _shownEnd;

    /// <summary>What it writes. False when nobody has the terminal any more.</summary>
    private bool Receive()
    {
        nint length;
        fixed (byte* start = _buffer) length = unistd.read(process.Master, start, _buffer.Length);
        if (length <= 0) return length < 0 && Marshal.GetLastPInvokeError() is Errno.EAGAIN or Errno.EINTR;
        (_shownStart, _shownEnd) = (0, (int)length);
        Show();
        return true;
    }

    private void Show()
    {
        int count = _screen.Write(_buffer.AsSpan(_shownStart, _shownEnd - _shownStart));
        _shownStart = count < 0 ? _shownEnd : _shownStart + count;
        // Whoever writes for a reader that has gone, or on a full disk, is told so.
        if (count < 0) process.Signal(signal.SIGPIPE);
    }

    /// <summary>What is typed, as far as the terminal takes it.</summary>
    private void Pass()
    {
        while (_typed.First is { IsEmpty: false } bytes)
        {
            nint count;
            fixed (byte* start = bytes) count = unistd.write(process.Master, start, bytes.Length);
            if (count > 0) _typed.Taken((int)count);
            else if (Marshal.GetLastPInvokeError() == Errno.EAGAIN) return;
            // Nobody reads it any more: it is lost, as in any terminal.
            else _typed.Clear();
        }
    }

    /// <summary>Whether one came that is meant to end.</summary>
    private bool Relay(int signals)
    {
        signalfd_siginfo info;
        bool ends = false;
        while (unistd.read(signals, &info, sizeof(signalfd_siginfo)) == sizeof(signalfd_siginfo))
            if (info.ssi_signo == signal.SIGCONT) _terminal!.Retake();
            else if (info.ssi_signo == signal.SIGWINCH) SendSize();
            else if (info.ssi_signo is not (signal.SIGCHLD or signal.SIGPIPE))
            {
                process.Signal((int)info.ssi_signo);
                ends |= DroppedSignal.Ends((int)info.ssi_signo);
            }
        return ends;
    }

    private void SendSize()
    {
        winsize size;
        if (ioctl(0, TIOCGWINSZ, &size) == 0 || ioctl(1, TIOCGWINSZ, &size) == 0) process.Resize(size.ws_row, size.ws_col);
    }
}
