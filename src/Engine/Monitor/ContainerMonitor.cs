using Minirun.Engine.Attach;
using Minirun.Engine.Events;
using Minirun.Engine.Execution;
using Minirun.Engine.Life;
using Minirun.Engine.Parts;
using Minirun.Engine.Records;
using Minirun.Engine.Why;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.State;

namespace Minirun.Engine.Monitor;

/// <summary>
/// Minds one container from its start to its end: makes it through its runtime, holds its input and output, writes its log, serves those
/// who attach, learns how it ended, and starts it again when that is asked for. One thread, one loop.
/// </summary>
internal sealed class ContainerMonitor
{
    private const int FirstDelay = 100, LongestDelay = 60_000, LongRun = 10_000;   // ms
    private readonly EngineContainer _container;
    private readonly MonitorLock _lock;
    private readonly ContainerState _state;
    private readonly MonitorLoop _loop;
    private readonly Pages _pages = new();
    private readonly FlightRecorder _flight;
    private readonly StopRequest _stop;
    private readonly ContainerNotify? _notify;
    private readonly Starter _starter = new();

    public ContainerMonitor(EngineContainer container, MonitorLock held, string? sdNotify)
    {
        (_container, _lock) = (container, held);
        _state = ContainerRepair.State(container);
        _state.BootId = EngineContainer.BootId();
        _flight = new FlightRecorder(container, _state);
        _stop = new StopRequest(container);
        _notify = ContainerNotify.Of(container, sdNotify);
        _loop = new MonitorLoop(container, _state, _flight, _stop, _notify, _pages);
    }

    /// <summary>Those who watch the container; they may have something to take when it and its monitor are done.</summary>
    public AttachServer Attached => _loop.Attached;

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
            Attached.Close();
            _notify?.Dispose();
        }
    }

    private void Life()
    {
        _starter.Say([MonitorProcess.Listens]);
        _starter.AwaitGo();
        // Who asked for the start attached before it: nothing is to be missed.
        Attached.Accept();
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
        Attached.Say(End);
    }

    /// <summary>From one start to the end after it.</summary>
    private void RunOnce()
    {
        _lock.Starts();
        _flight.Begin();
        using var streams = new ContainerStreams(_container.Config.Tty, _container.Config.OpenStdin, _container.Directory);
        var start = new ContainerStart(_container, _state, _flight)
        {
            Driver = ExecutionDrivers.Of(_container),
            Descriptors = [.. streams.Theirs],
            ConsoleSocket = streams.ConsoleSocket,
            Others = () => OtherContainers.Processes(_container),
        };
        // What an earlier monitor that was killed has left.
        ContainerParts.Release(_container, start);
        try
        {
            Run(start, streams);
        }
        catch
        {
            // The step that it stands at: what is taken back now is another one.
            _flight.Fails();
            throw;
        }
        finally
        {
            _flight.Step(FlightStep.CleanUp);
            _lock.HasStarted();
            string? complaint = ContainerParts.Release(_container, start);
            if (complaint is not null && _state.Error.Length == 0) _state.Error = "after its end: " + complaint;
        }
    }

    private void Run(ContainerStart start, ContainerStreams streams)
    {
        ContainerParts.Prepare(start);
        streams.HandedOver();
        Attached.HandOver(new AttachedStreams(_container, streams));
        ContainerParts.Connect(start);
        _flight.Step(FlightStep.Start);
        start.Driver.Start(_container.Id);
        using HeldContainer held = FirstProcess.OfMonitor(_container, start.Pid);
        Started(start);
        _pages.Used();
        bool timedOut = _loop.Run(start, streams, held);
        int status = FirstStatus.Wait(start.Pid, out long memory);
        Ended(start, status, memory, timedOut);
    }

    private void Started(ContainerStart start)
    {
        _flight.Started(start.Pid);
        start.Outliving?.Hold();
        _container.Write(_state);
        _lock.HasStarted();
        EngineEvents.Add(_container, "start");
        _starter.Say([MonitorProcess.Runs]);
    }

    private void Ended(ContainerStart start, int status, long resident, bool timedOut)
    {
        _container.Reread();
        bool killed = (status & 0x7f) == signal.SIGKILL && !timedOut && !StopNote.IsThere(_container);
        _flight.Ended(status, resident, timedOut, start.Memory?.Conclude(killed, _state) ?? default);
        EngineEvents.Add(_container, "die", "exitCode", EngineEvents.Text(_state.ExitCode));
    }

    /// <summary>For those who watch: with --rm the state is gone before a slow one has read it.</summary>
    private AttachEnd End => new(_state.ExitCode, TimeIsOver: _state.Cause == "timeout", NoMemory: _state.OomKilled);

    private bool RestartsAfter() => !StopNote.IsThere(_container) && _container.Config.Restart.Wants(_state);

    /// <summary>Waits between two runs; false when somebody asked for the end meanwhile.</summary>
    private bool Pause(int milliseconds)
    {
        const int look = 50;
        _pages.Used();
        for (int waited = 0; waited < milliseconds; waited += look, _pages.Rest(), Attached.Accept())
        {
            if (_stop.Take() || StopNote.IsThere(_container)) return false;
            Poller.Pause(Math.Min(look, milliseconds - waited));
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
        Attached.Say(End);
        _starter.Say(MonitorProcess.Failure(error));
    }
}
