using System.Globalization;
using Minirun.Engine.Events;
using Minirun.Engine.Execution;
using Minirun.Engine.Records;
using Minirun.Engine.Why;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime.Launch;
using Minirun.Runtime.Lifecycle;

namespace Minirun.Engine.Health;

/// <summary>
/// Asks a container from time to time whether it is well: a command of its own, whose exit code is the answer. For the monitor's loop.
/// </summary>
internal sealed class HealthProbe : IDisposable
{
    public const string Healthy = "healthy";
    private const int LookAgain = 100;   // ms
    private const int MostLooks = 10;

    private readonly EngineContainer _container;
    private readonly ContainerState _state;
    private readonly HealthCheck _check;
    private readonly FlightRecorder _flight;
    private readonly long _countsFrom;
    private readonly Fd _nothing;
    private readonly string _pidFile;
    private ChildProgram? _probe;
    private long _due;
    private bool _late;
    private int _looks;

    private HealthProbe(EngineContainer container, ContainerState state, HealthCheck check, FlightRecorder flight)
    {
        (_container, _state, _check, _flight) = (container, state, check, flight);
        _nothing = Fd.OpenNothing();
        _pidFile = container.Directory + "/health.pid";
        _countsFrom = Environment.TickCount64 + Milliseconds(check.StartPeriod);
        _due = Environment.TickCount64 + Milliseconds(check.Interval);
        state.Health = "starting";
        state.HealthFailures = 0;
    }

    /// <summary>Null when nobody asked for one.</summary>
    public static HealthProbe? Of(EngineContainer container, ContainerState state, FlightRecorder flight) =>
        container.Config.Health is { } check ? new(container, state, check, flight) : null;

    /// <summary>A descriptor that is readable when an answer is there; -1: none is awaited.</summary>
    public int Descriptor => _probe?.PidFd ?? -1;

    /// <summary>Milliseconds to the next thing to do.</summary>
    public int Due => (int)Math.Clamp(_due - Environment.TickCount64, 0, int.MaxValue);

    /// <summary>Does what is due.</summary>
    public void Work(bool answered)
    {
        if (_probe is not null && answered) Answer(_probe.Wait() == 0 && !_late);
        if (Environment.TickCount64 < _due) return;
        if (_probe is null) Ask();
        else EndLate(_probe.Pid);
    }

    public void Dispose()
    {
        if (_probe is not null)
        {
            EndRuntime(_probe.Pid);
            _probe.Wait();
            _probe.Dispose();
            unistd.unlink(_pidFile);
        }
        _nothing.Dispose();
    }

    private void Ask()
    {
        (_late, _looks) = (false, 0);
        _due = Environment.TickCount64 + Milliseconds(_check.Timeout);
        unistd.unlink(_pidFile);   // of a monitor that was killed
        _probe = ExecutionDrivers.Of(_container).StartExec(_container.Id, new ExecRequest
        {
            Command = ["/bin/sh", "-c", _check.Command],
            Bundle = _container.Directory,
            PidFile = _pidFile,
            Descriptors = [_nothing, _nothing, _nothing],
        });
    }

    /// <summary>
    /// It takes too long, and its end will be the answer. The command is killed, and the runtime that waits for it ends by that: without it
    /// the command would be our child. A runtime that does not end so, be it stopped, or still on its way to the command, is killed itself.
    /// </summary>
    private void EndLate(int runtime)
    {
        _late = true;
        _due = Environment.TickCount64 + LookAgain;
        if (_looks++ < MostLooks && PidFile.TryRead(_pidFile) is { } command) EndChild(command, runtime);
        else EndRuntime(runtime);
    }

    /// <summary>With what it has made until now: that joined the container, or is about to.</summary>
    private static void EndRuntime(int runtime)
    {
        // Still, it makes no more of them. It is a child of ours that nobody has waited for: its pid is nobody else's.
        _ = signal.kill(runtime, signal.SIGSTOP);
        try
        {
            foreach (int child in ProcFile.Children("/proc/" + runtime.ToString(CultureInfo.InvariantCulture))) EndChild(child, runtime);
        }
        catch (IOException)
        {
            // It has just ended.
        }
        _ = signal.kill(runtime, signal.SIGKILL);
    }

    private static void EndChild(int pid, int parent)
    {
        using Pidfd? child = Pidfd.TryOpen(pid);
        if (child is not null && ParentOf(pid) == parent) child.Kill();
    }

    private static int ParentOf(int pid)
    {
        try
        {
            string stat = ProcFile.Read($"/proc/{pid}/stat");
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (LinuxException)
        {
            return 0;   // it has ended
        }
    }

    private void Answer(bool good)
    {
        _probe!.Dispose();
        _probe = null;
        unistd.unlink(_pidFile);
        _due = Environment.TickCount64 + Milliseconds(_check.Interval);
        string before = _state.Health;
        if (good) (_state.Health, _state.HealthFailures) = (Healthy, 0);
        else if (before != "starting" || Environment.TickCount64 >= _countsFrom)
        {
            _state.HealthFailures++;
            if (_state.HealthFailures >= _check.Retries) _state.Health = "unhealthy";
        }
        if (_state.Health != before) _flight.Step("health: " + _state.Health);
        _container.Note(_state);
        if (_state.Health != before) EngineEvents.Add(_container, "health_status: " + _state.Health);
    }

    private static long Milliseconds(double seconds) => (long)(seconds * 1000);
}
