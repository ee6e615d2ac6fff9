using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Engine.Execution;
using Minirun.Engine.Monitor;
using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.Lifecycle;

namespace Minirun.Cli.Verbs.Container;

/// <summary>
/// Our terminal joined to that of another process in a container (<c>exec -it</c>), until it ends or we are told to leave.
/// </summary>
internal sealed class ExecSession(ExecTerminal process, DetachKeys keys)
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
        using var signals = new SignalFd();
        _terminal = terminal;
        var poller = new Poller();
        PollSource master = poller.Add(), keys = poller.Add(), end = poller.Add(process.PidFd), told = poller.Add(signals.Descriptor),
            screen = poller.Add(events: poll.POLLOUT);
        bool reads = true, writes = true, ended = false, asked = false;
        while (true)
        {
            bool waits = writes && !_typed.IsEmpty, shows = Shows, ours = terminal.Take();
            master.Events = (short)((shows ? 0 : poll.POLLIN) | (waits ? poll.POLLOUT : 0));
            master.Descriptor = writes && master.Events != 0 ? process.Master : -1;
            keys.Descriptor = reads && !ended && ours && _typed.HasRoom(terminal.IsRaw) ? 0 : -1;
            end.Descriptor = ended ? -1 : process.PidFd;
            screen.Descriptor = shows ? _screen.Descriptor : -1;
            bool ready = poller.Wait(ended ? shows ? LastOutput.Wait(asked) : Grace : ours ? -1 : RawTerminal.LookAgain);
            if (!ready && ended && asked && shows) return End();
            if (screen.IsReady) Show();
            if ((master.Ready & (poll.POLLIN | poll.POLLHUP | poll.POLLERR)) != 0)
            {
                if (Shows) _typed.Clear();
                else writes = Receive();
            }
            if (ended && !Shows && (!ready || !writes)) return End();
            if (writes && (master.Ready & poll.POLLOUT) != 0) Pass();
            if (keys.IsReady)
            {
                InputEvent what = _typed.Read(terminal.IsRaw);
                reads = what == InputEvent.Goes;
                if (!_typed.IsEmpty) Pass();
                if (what == InputEvent.Detach) return Leave(terminal);
            }
            ended |= end.IsReady;
            bool asks = told.IsReady && Relay(signals);
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
        int length = Io.Read(process.Master, _buffer);
        if (length <= 0) return length < 0 && Io.IsEmpty;
        (_shownStart, _shownEnd) = (0, length);
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
            int count = Io.Write(process.Master, bytes);
            if (count > 0) _typed.Taken(count);
            else if (Io.IsEmpty) return;
            // Nobody reads it any more: it is lost, as in any terminal.
            else _typed.Clear();
        }
    }

    /// <summary>Whether one came that is meant to end.</summary>
    private bool Relay(SignalFd signals)
    {
        bool ends = false;
        while (signals.TryRead(out signalfd_siginfo info))
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
        if (Terminal.TryGetSize(0, out ushort rows, out ushort columns) || Terminal.TryGetSize(1, out rows, out columns))
            process.Resize(rows, columns);
    }
}
