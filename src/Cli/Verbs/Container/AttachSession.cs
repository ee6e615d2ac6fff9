using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Engine.Attach;
using Minirun.Engine.Life;
using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Lifecycle;

namespace Minirun.Cli.Verbs.Container;

/// <summary>Our terminal or pipes joined to a container's, through its monitor, until it ends or we are told to leave.</summary>
internal sealed class AttachSession : IDisposable
{
    private const int Detached = 0, LeavePatience = 2000, AnswerPatience = 30_000;   // ms
    private readonly EngineContainer _container;
    private readonly AttachClient _client;
    private readonly bool _input;
    private readonly InputQueue _typed;
    private readonly ShownOutput _shown;
    private readonly SignalFd _signals = new();
    private readonly Poller _poller = new();
    private readonly PollSource _monitor, _stdin, _signalled, _reader, _outlet;
    private RawTerminal? _terminal;
    private bool _welcome, _inputEnds, _asked, _reads;
    private bool? _endedLate;
    private long _timeIsOver = long.MaxValue, _answersUntil;
    private AttachEnd _end;
    private int _trouble;

    private AttachSession(EngineContainer container, AttachClient client, bool input, string? keys)
    {
        (_container, _client, _input, _typed) = (container, client, input, new InputQueue(new DetachKeys(keys)));
        _shown = new ShownOutput(answers: input);
        _monitor = _poller.Add();
        _stdin = _poller.Add();
        _signalled = _poller.Add(_signals.Descriptor);
        _reader = _poller.Add(events: 0);
        _outlet = _poller.Add(events: poll.POLLOUT);
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
    /// <param name="owns">The container ends with us, however we end.</param>
    public static AttachSession Open(
        EngineContainer container, bool input, string? keys = null, bool joins = false, bool owns = false)
    {
        var client = AttachClient.Connect(container.AttachPath);
        var session = new AttachSession(container, client, input, keys) { Joins = joins };
        // Before the command runs, if it is about to be started: it sees the right size from the first moment. One that runs gets another
        // size first, as docker has it: a change is what a shell draws its prompt anew for.
        if (container.Config.Tty) SendSize(client, taller: joins ? 1 : 0);
        if (owns) client.Own();
        return session;
    }

    /// <summary>Gives the container's exit code; 0 when detached.</summary>
    public int Run()
    {
        bool terminal = _container.Config.Tty && unistd.isatty(0) == 1;
        if (terminal && _input) _terminal = new RawTerminal();
        if (_container.Config.Tty) SendSize(_client);
        _reads = _input;
        _reader.Descriptor = EndsWithReader && !Screen.Out.IsTerminal ? 1 : -1;
        _answersUntil = Environment.TickCount64 + AnswerPatience;
        if (_container.Config.Timeout > 0) _timeIsOver = Environment.TickCount64 + (long)(_container.Config.Timeout * 1000);
        int? status;
        while ((status = Step()) is null) { }
        return status.Value;
    }

    /// <summary>Waits for one thing, and does it; the exit code, when it was the last.</summary>
    private int? Step()
    {
        bool any = _poller.Wait(Prepare());
        if (_shown.Waits && !_outlet.IsReady && Environment.TickCount64 - _shown.Since >= LastOutput.Patience) GiveUpReader();
        if (!any && _welcome) return null;
        if (_reader.IsReady) return 128 + signal.SIGPIPE;
        if (!any) throw NoAnswer();
        if (_outlet.IsReady) Show();
        // Who only looks on goes alone, as when its reader has gone.
        if (_trouble != 0 && EndsWithReader) return LastOutput.Check(0, _trouble);
        // Nobody takes what is typed; what it has said before is read in its turn.
        if (_monitor.HasHungUp) StopSending();
        else if ((_monitor.Ready & poll.POLLOUT) != 0) Send();
        if ((_monitor.Ready & ~poll.POLLOUT) != 0 && !_shown.Waits && Receive() is { } ended) return ended;
        if (_stdin.IsReady && Read() is { } left) return left;
        return _signalled.IsReady && Relay() is > 0 and var number ? 128 + number : null;
    }

    /// <summary>Says what to wait for, and gives how long, in ms.</summary>
    private int Prepare()
    {
        bool ours = _terminal?.Take() ?? RawTerminal.IsForeground(), readsNow = _reads && ours && _typed.HasRoom(IsRaw);
        _monitor.Events = (short)((_shown.Waits ? 0 : poll.POLLIN) | (Sends ? poll.POLLOUT : 0));
        _monitor.Descriptor = _monitor.Events == 0 ? -1 : _client.Descriptor;
        _stdin.Descriptor = readsNow ? 0 : -1;
        _outlet.Descriptor = _shown.Descriptor;
        return !_welcome ? (int)Math.Max(0, _answersUntil - Environment.TickCount64)
            : _reads && !ours ? RawTerminal.LookAgain
            : LastOutput.Wait(_shown.Waits);
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
        _client.Leave(LeavePatience);
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
        _client.Dispose();
        _signals.Dispose();
    }

    /// <summary>The exit code, when we go.</summary>
    private int? Read()
    {
        InputEvent what = _typed.Read(IsRaw);
        _inputEnds = what == InputEvent.Ended;
        Send();
        if (what == InputEvent.Detach) return Leave();
        if (what == InputEvent.HungUp && EndsBy(signal.SIGHUP)) return 128 + signal.SIGHUP;
        _reads = what == InputEvent.Goes;
        return null;
    }

    /// <summary>The exit code, when that is what came.</summary>
    private int? Receive()
    {
        AttachReceived received = _client.Receive(out AttachMessage message);
        if (received == AttachReceived.Nothing) return null;
        if (received == AttachReceived.Gone) return Orphaned();
        // Whatever it is: it is there.
        _welcome = true;
        if (AttachClient.FindEnd(message) is { } end)
        {
            _end = end;
            return LastOutput.Check(end.ExitCode, _trouble);
        }
        if (message.Kind is not (AttachKind.Output or AttachKind.Error)) return null;
        _shown.Take(message);
        Show();
        return null;
    }

    private void Show()
    {
        if (!_shown.Waits || _shown.Write() is not (not 0 and var errno)) return;
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
        while (Sends)
        {
            ReadOnlySpan<byte> bytes = _typed.First;
            AttachSent sent = bytes.IsEmpty ? _client.SendEndOfInput() : _client.SendInput(bytes);
            if (sent == AttachSent.Gone) StopSending();
            if (sent != AttachSent.Taken) return;
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
    private int Relay()
    {
        while (_signals.TryRead(out signalfd_siginfo info))
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
        if (!EndingSignal.PassOn(_container, number) && _shown.Waits && ends) _shown.Discard();
        _asked |= ends;
        return false;
    }

    /// <summary>A reader has taken nothing for a while. It is waited for, unless a signal or --timeout has ended the container.</summary>
    private void GiveUpReader()
    {
        _shown.Since = Environment.TickCount64;
        bool isThere = Directory.Exists(_container.Directory), late = _shown.Since >= _timeIsOver;
        if (isThere && _container.IsRunning) return;
        string? cause = isThere ? ContainerRepair.State(_container).Cause : null;
        // It is being removed; what was read of it may be of what was left.
        if (isThere && !Directory.Exists(_container.Directory)) return;
        // With --rm it has taken its cause with it.
        _endedLate ??= isThere ? cause == "timeout" : late;
        if (_asked || _endedLate == true) _shown.Discard();
    }

    /// <summary>By a connection of its own: on ours it would have to wait until the container has read what was typed before.</summary>
    private void Resize()
    {
        if (!_container.Config.Tty) return;
        // Null: it has ended, or its monitor stands still.
        using AttachClient? client = AttachClient.TryConnect(_container.AttachPath);
        if (client is not null) SendSize(client);
    }

    private static void SendSize(AttachClient client, int taller = 0)
    {
        if (TerminalSize.Read(1, 0) is var (rows, columns)) client.SendSize((ushort)(rows + taller), columns);
    }
}
