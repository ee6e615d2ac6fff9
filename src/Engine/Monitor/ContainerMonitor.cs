using Minirun.Engine.Attach;
using Minirun.Engine.Events;
using Minirun.Engine.Execution;
using Minirun.Engine.Life;
using Minirun.Engine.Health;
using Minirun.Engine.Logs;
using Minirun.Engine.Parts;
using Minirun.Engine.Records;
using Minirun.Engine.Why;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.State;

namespace Minirun.Engine.Monitor;

/// <summary>
/// Minds one container from its start to its end: makes it through its runtime, holds its input and output, writes its log, serves those
/// who attach, learns how it ended, and starts it again when that is asked for. One thread, one loop.
/// </summary>
internal sealed unsafe class ContainerMonitor
{
    private const int Chunk = 32768, FirstDelay = 100, LongestDelay = 60_000, LongRun = 10_000;   // bytes, ms
    private readonly EngineContainer _container;
    private readonly MonitorLock _lock;
    private readonly ContainerState _state;
    private readonly byte[] _buffer = new byte[Chunk];
    private readonly Attachments _attachments;
    private readonly Pages _pages = new();
    private readonly FlightRecorder _flight;
    private readonly StopRequest _stop;
    private ContainerStart? _start;
    private readonly ContainerNotify? _notify;
    private readonly Starter _starter = new();

    public ContainerMonitor(EngineContainer container, MonitorLock held, string? sdNotify)
    {
        (_container, _lock) = (container, held);
        _state = ContainerRepair.State(container);
        _state.BootId = EngineContainer.BootId();
        _flight = new FlightRecorder(container, _state);
        _attachments = new Attachments(container, () => LostState.Confirm(container, _state!));
        _stop = new StopRequest(container);
        _notify = ContainerNotify.Of(container, sdNotify);
    }

    private ContainerLog Log => _start!.Log!;
    private HealthProbe? Health => _start!.Health;
    private MemoryWatch? Memory => _start!.Memory;

    /// <summary>Those who watch the container; they may have something to take when it and its monitor are done.</summary>
    public Attachments Attachments => _attachments;

    public int ExitCode => _state.ExitCode;

    /// <summary>From the first start to the last end.</summary>
    public void Run()
    {
        try
        {
            Life();
        }
        catch (Exception error) when (error is UserError or LinuxException or IOException)
        {
            Fail(error as UserError ?? UserError.Told(DotNetError.Describe(error), null));
        }
        finally
        {
            _attachments.Close();
            _notify?.Dispose();
        }
    }

    private void Life()
    {
        _starter.Say([MonitorProcess.Listens]);
        _starter.AwaitGo();
        // Who asked for the start attached before it: nothing is to be missed.
        _attachments.Accept();
        for (int delay = FirstDelay; ;)
        {
            long began = Environment.TickCount64;
            RunOnce();
            if (!RestartsAfter()) break;
            if (Environment.TickCount64 - began >= LongRun) delay = FirstDelay;
            _state.Status = ContainerState.Restarting;
            _container.Note(_state);
            if (!Pause(delay)) break;
            delay = Math.Min(delay * 2, LongestDelay);
            _state.RestartCount++;
        }
        _state.Status = ContainerState.Exited;
        _container.Note(_state);
        _attachments.End(_state);
    }

    /// <summary>From one start to the end after it.</summary>
    private void RunOnce()
    {
        _lock.Starts();
        _flight.Begin();
        using var streams = new ContainerStreams(_container.Config.Tty, _container.Config.OpenStdin, _container.Directory);
        _start =
            new ContainerStart(_container, _state, _flight)
            {
                Descriptors = [.. streams.Theirs],
                ConsoleSocket = streams.ConsoleSocket,
                Others = () => OtherContainers.Processes(_container),
            };
        // What an earlier monitor that was killed has left.
        ContainerParts.Release(_container, _start);
        try
        {
            ContainerParts.Prepare(_start);
            _attachments.HandOver(streams);
            ContainerParts.Connect(_start);
            _flight.Step(FlightStep.Start);
            _start.Driver.Start(_container.Id);
            int pid = _start.Pid;
            using HeldContainer held = FirstProcess.OfMonitor(_container, pid);
            Started(pid);
            _pages.Used();
            bool timedOut = Mind(streams, held);
            Ended(FirstStatus.Wait(pid, out long memory), memory, timedOut);
        }
        catch when (_flight.Fails()) { }   // It catches nothing: a filter is asked before anything is taken back.
        finally
        {
            _flight.Step(FlightStep.CleanUp);
            _lock.HasStarted();
            string? complaint = ContainerParts.Release(_container, _start);
            if (complaint is not null && _state.Error.Length == 0) _state.Error = "after its end: " + complaint;
            _start = null;
        }
    }

    private void Started(int pid)
    {
        _flight.Started(pid);
        _start!.Outliving?.Hold();
        _container.Write(_state);
        _lock.HasStarted();
        EngineEvents.Add(_container, "start");
        _starter.Say([MonitorProcess.Runs]);
    }

    private void Ended(int status, long resident, bool timedOut)
    {
        _container.Reread();
        bool killed = (status & 0x7f) == signal.SIGKILL && !timedOut && !StopNote.IsThere(_container);
        _flight.Ended(status, resident, timedOut, _start!.Memory?.Conclude(killed, _state) ?? default);
        EngineEvents.Add(_container, "die", "exitCode", EngineEvents.Text(_state.ExitCode));
    }

    /// <summary>The loop. Gives whether the container's time was over.</summary>
    private bool Mind(ContainerStreams streams, HeldContainer held)
    {
        long deadline = _container.Config.Timeout > 0 ? Environment.TickCount64 + (long)(_container.Config.Timeout * 1000) : long.MaxValue;
        bool timedOut = false, ended = false;
        Span<pollfd> fds = stackalloc pollfd[9 + Attachments.Most];
        // Once the first process has ended, all have, or hold the output for a reason that is theirs: what is there is read, and no more.
        while (!ended || streams.Output >= 0 || streams.Error >= 0)
        {
            // What a container that waited has left in its pipes is taken at its end: what of it does not get through is at least counted.
            bool waits = (Log.IsBehind && (!ended || Log.Waiting >= MostAtEnd))
                || (_attachments.IsBehind && (!ended || _attachments.Waiting >= MostAtEnd));
            fds[0] = new pollfd { fd = ended ? -1 : held.First.Descriptor, events = poll.POLLIN };
            fds[1] = new pollfd { fd = waits ? -1 : streams.Output, events = poll.POLLIN };
            fds[2] = new pollfd { fd = waits ? -1 : streams.Error, events = poll.POLLIN };
            fds[3] = new pollfd { fd = Log.Descriptor, events = Log.Events };
            fds[4] = new pollfd { fd = _attachments.HasInput ? streams.Input : -1, events = poll.POLLOUT };
            fds[5] = new pollfd { fd = ended ? -1 : Health?.Descriptor ?? -1, events = poll.POLLIN };
            fds[6] = new pollfd { fd = ended || Memory is not { Tells: true } ? -1 : Memory.Descriptor, events = poll.POLLPRI };
            fds[7] = new pollfd { fd = ended ? -1 : _stop.Descriptor, events = poll.POLLIN };
            fds[8] = ended ? new pollfd { fd = -1 } : _notify?.Awaits ?? new pollfd { fd = -1 };
            int count = 9 + _attachments.Prepare(fds[9..]);
            int ready = Poll(fds[..count], ended ? Grace : Wait(deadline));
            if (ended && ready == 0) break;
            if (ready > 0) _pages.Used();
            else _pages.Rest();
            if (!timedOut && Environment.TickCount64 >= deadline)
            {
                timedOut = true;
                deadline = long.MaxValue;
                StopRequest.Send(_start!.Driver, held, signal.SIGKILL);
                // One that is paused, or has frozen itself, ends when it thaws.
                held.Thaw();
            }
            if (fds[3].revents != 0 || Log.Due >= 0) Log.Work();
            if (!ended) Health?.Work(fds[5].revents != 0);
            if (_state.Health == HealthProbe.Healthy) _notify?.IsWell();
            if (fds[8].revents != 0) _notify!.Work();
            if (!ended) _stop.Work(fds[7].revents != 0, _start!.Driver, held);
            if (fds[4].revents != 0) _attachments.PassInput(streams);
            if (fds[1].revents != 0 && !Copy(streams.Output, LogSource.Stdout)) streams.EndOutput();
            if (fds[2].revents != 0 && !Copy(streams.Error, LogSource.Stderr)) streams.EndError();
            if (fds[6].revents != 0 && Memory!.Read(_state)) _container.Write(_state);
            _attachments.Move(fds[9..count], streams);
            if (fds[0].revents == 0) continue;
            ended = true;
            Memory?.Read(_state);
            _notify?.Finish();
        }
        return timedOut;
    }

    /// <summary>How long what a container has written may still be on its way after its end, in ms.</summary>
    private const int Grace = 100, MostAtEnd = 1 << 20;   // ms, bytes

    private int Wait(long deadline)
    {
        long wait = deadline == long.MaxValue ? -1 : Math.Max(0, deadline - Environment.TickCount64);
        wait = Sooner(Sooner(Sooner(wait, Health?.Due ?? -1), _stop.Due), Sooner(_pages.Due, _notify?.Due ?? -1));
        return (int)Math.Min(Sooner(wait, Log.Due), int.MaxValue);
    }

    /// <summary>Below 0: never.</summary>
    private static long Sooner(long one, long other) => other < 0 ? one : one < 0 ? other : Math.Min(one, other);

    /// <summary>False when the stream is at its end.</summary>
    private bool Copy(int fd, LogSource source)
    {
        nint length;
        fixed (byte* start = _buffer) length = unistd.read(fd, start, Chunk);
        if (length < 0) return System.Runtime.InteropServices.Marshal.GetLastPInvokeError() is Errno.EAGAIN or Errno.EINTR;
        if (length == 0)
        {
            Log.End(source);
            return false;
        }
        _flight.Output();
        ReadOnlySpan<byte> data = _buffer.AsSpan(0, (int)length);
        _attachments.Say(source == LogSource.Stdout ? AttachMessage.Output : AttachMessage.Error, data);
        Log.Feed(source, data);
        return true;
    }

    private bool RestartsAfter() => !StopNote.IsThere(_container) && _container.Config.Restart.Wants(_state);

    /// <summary>Waits between two runs; false when somebody asked for the end meanwhile.</summary>
    private bool Pause(int milliseconds)
    {
        const int look = 50;
        _pages.Used();
        for (int waited = 0; waited < milliseconds; waited += look, _pages.Rest(), _attachments.Accept())
        {
            if (_stop.Take() || StopNote.IsThere(_container)) return false;
            poll.poll_(null, 0, Math.Min(look, milliseconds - waited));
        }
        return !StopNote.IsThere(_container);
    }

    private void Fail(UserError error)
    {
        _state.Status =
            _starter.IsTold ? ContainerState.Exited : _state.StartedAt.Length == 0 ? ContainerState.Created : ContainerState.Exited;
        _state.ExitCode = error.ExitCode;
        _state.Error = error.Message;
        if (_state.FailedStep is null) _flight.Fails();
        _state.Pid = 0;
        _state.FinishedAt = ContainerRecord.Now();
        _container.Note(_state);
        _attachments.End(_state);
        _starter.Say(MonitorProcess.Failure(error));
    }

    private static int Poll(Span<pollfd> fds, int milliseconds)
    {
        fixed (pollfd* first = fds)
        {
            int ready = poll.poll_(first, (nuint)fds.Length, milliseconds);
            if (ready < 0) fds.Clear();
            return ready;
        }
    }
}
