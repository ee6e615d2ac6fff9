using Minirun.Engine.Attach;
using Minirun.Engine.Execution;
using Minirun.Engine.Health;
using Minirun.Engine.Life;
using Minirun.Engine.Logs;
using Minirun.Engine.Parts;
using Minirun.Engine.Records;
using Minirun.Engine.Why;
using Minirun.Linux;
using Minirun.Linux.Calls;

namespace Minirun.Engine.Monitor;

/// <summary>
/// What a monitor does while its container runs: copies what that writes to its log and to those who watch, and what they type to it;
/// checks its health, counts its time and its memory, and passes on signals and what it says of its readiness.
/// </summary>
internal sealed class MonitorLoop
{
    /// <summary>How long what a container has written may still be on its way after its end.</summary>
    private const int Grace = 100;   // ms

    private const int Chunk = 32768, MostAtEnd = 1 << 20;   // bytes
    private readonly EngineContainer _container;
    private readonly ContainerState _state;
    private readonly FlightRecorder _flight;
    private readonly StopRequest _stop;
    private readonly ContainerNotify? _notify;
    private readonly Pages _pages;
    private readonly byte[] _buffer = new byte[Chunk];

    private readonly Poller _poller = new();
    private readonly PollSource _end, _output, _error, _log, _input, _health, _memory, _signals, _readiness;

    // Of the run that goes on.
    private ContainerStart? _start;
    private long _deadline;
    private bool _timedOut, _ended, _abandoned;

    public MonitorLoop(
        EngineContainer container, ContainerState state, FlightRecorder flight, StopRequest stop, ContainerNotify? notify, Pages pages)
    {
        (_container, _state, _flight, _stop, _notify, _pages) = (container, state, flight, stop, notify, pages);
        _end = _poller.Add();
        _output = _poller.Add();
        _error = _poller.Add();
        _log = _poller.Add();
        _input = _poller.Add(events: poll.POLLOUT);
        _health = _poller.Add();
        _memory = _poller.Add(events: poll.POLLPRI);
        _signals = _poller.Add();
        _readiness = _poller.Add();
        Attached = new AttachServer(container.AttachPath, _poller, () => LostState.Confirm(container, state));
    }

    /// <summary>Those who watch the container; they may have something to take when it and its monitor are done.</summary>
    public AttachServer Attached { get; }

    private ContainerLog Log => _start!.Log!;
    private HealthProbe? Health => _start!.Health;
    private MemoryWatch? Memory => _start!.Memory;

    /// <summary>Until the container has ended, and what it has written is on its way.</summary>
    /// <returns>Whether its time was over.</returns>
    public bool Run(ContainerStart start, ContainerStreams streams, HeldContainer held)
    {
        var attached = new AttachedStreams(_container, streams);
        _start = start;
        _deadline = _container.Config.Timeout > 0 ? Environment.TickCount64 + (long)(_container.Config.Timeout * 1000) : long.MaxValue;
        _timedOut = _ended = _abandoned = false;
        // Once the first process has ended, all have, or hold the output for a reason that is theirs: what is there is read, and no more.
        while (!_ended || streams.Output >= 0 || streams.Error >= 0)
        {
            Prepare(streams, held);
            bool any = _poller.Wait(_ended ? Grace : Patience());
            if (_ended && !any) break;
            if (any) _pages.Used();
            else _pages.Rest();
            if (!_timedOut && Environment.TickCount64 >= _deadline) EndInTime(held);
            Work(streams, held, attached);
        }
        _start = null;
        return _timedOut;
    }

    private void Prepare(ContainerStreams streams, HeldContainer held)
    {
        // What a container that waited has left in its pipes is taken at its end: what of it does not get through is at least counted.
        bool waits = (Log.IsBehind && (!_ended || Log.Waiting >= MostAtEnd))
            || (Attached.IsBehind && (!_ended || Attached.Waiting >= MostAtEnd));
        _end.Descriptor = _ended ? -1 : held.First.Descriptor;
        _output.Descriptor = waits ? -1 : streams.Output;
        _error.Descriptor = waits ? -1 : streams.Error;
        (_log.Descriptor, _log.Events) = (Log.Descriptor, Log.Events);
        _input.Descriptor = Attached.HasInput ? streams.Input : -1;
        _health.Descriptor = _ended ? -1 : Health?.Descriptor ?? -1;
        _memory.Descriptor = _ended || Memory is not { Tells: true } ? -1 : Memory.Descriptor;
        _signals.Descriptor = _ended ? -1 : _stop.Descriptor;
        _notify?.Prepare(_readiness);
        if (_ended) _readiness.Descriptor = -1;
        Attached.Prepare();
    }

    private void Work(ContainerStreams streams, HeldContainer held, AttachedStreams attached)
    {
        if (_log.IsReady || Log.Due >= 0) Log.Work();
        if (!_ended) Health?.Work(_health.IsReady);
        if (_state.Health == HealthProbe.Healthy) _notify?.IsWell();
        if (_readiness.IsReady) _notify!.Work();
        if (!_ended) _stop.Work(_signals.IsReady, _start!.Driver, held);
        if (_input.IsReady) Attached.PassInput(attached);
        if (_output.IsReady && !Copy(streams.Output, LogSource.Stdout)) streams.EndOutput();
        else if (_output.IsReady) attached.Wrote();
        if (_error.IsReady && !Copy(streams.Error, LogSource.Stderr)) streams.EndError();
        if (_memory.IsReady && Memory!.Read(_state)) _container.Write(_state);
        Attached.Work(attached);
        if (Attached.IsAbandoned && !_ended && !_abandoned) EndWithOwner(held);
        if (!_end.IsReady) return;
        _ended = true;
        Memory?.Read(_state);
        _notify?.Finish();
    }

    /// <summary>The minirun that has it in the foreground was killed: nobody else waits for its end, and it is not started again.</summary>
    private void EndWithOwner(HeldContainer held)
    {
        _abandoned = true;
        StopNote.Write(_container);
        Kill(held);
    }

    private void EndInTime(HeldContainer held)
    {
        _timedOut = true;
        _deadline = long.MaxValue;
        Kill(held);
    }

    /// <summary>One that is paused, or has frozen itself, ends when it thaws.</summary>
    private void Kill(HeldContainer held)
    {
        StopRequest.Send(_start!.Driver, held, signal.SIGKILL);
        held.Thaw();
    }

    /// <summary>How long nothing is to be done by itself, in ms; below 0: ever.</summary>
    private int Patience()
    {
        long wait = _deadline == long.MaxValue ? -1 : Math.Max(0, _deadline - Environment.TickCount64);
        foreach (long due in (ReadOnlySpan<long>)[Health?.Due ?? -1, _stop.Due, _pages.Due, _notify?.Due ?? -1, Log.Due])
            if (due >= 0) wait = wait < 0 ? due : Math.Min(wait, due);
        return (int)Math.Min(wait, int.MaxValue);
    }

    /// <summary>False when the stream is at its end.</summary>
    private bool Copy(int fd, LogSource source)
    {
        int length = Io.Read(fd, _buffer);
        if (length < 0) return Io.IsEmpty;
        if (length == 0)
        {
            Log.End(source);
            return false;
        }
        _flight.Output();
        ReadOnlySpan<byte> data = _buffer.AsSpan(0, length);
        Attached.Say(source == LogSource.Stdout ? AttachKind.Output : AttachKind.Error, data);
        Log.Feed(source, data);
        return true;
    }
}
