using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Scripts;
using Minirun.Runtime.State;

namespace Minirun.Engine.Why;

/// <summary>
/// What a monitor remembers of a container for `minirun why`. It is written with the state, when that is written anyway: a step costs the
/// time of day, and no system call.
/// </summary>
internal sealed class FlightRecorder(EngineContainer container, ContainerState state)
{
    private bool _hasOutput;
    private FlightEnd? _before;

    /// <summary>A start begins.</summary>
    public void Begin()
    {
        // Taken before a new start clears it.
        _before = state is { FinishedAt.Length: > 0, StartedAt.Length: > 0 }
            ? new()
            {
                StartedAt = state.StartedAt,
                FinishedAt = state.FinishedAt,
                ExitCode = state.ExitCode,
                Cause = state.Cause,
                Signal = state.Signal,
            }
            : null;
        state.Steps = [];
        state.FailedStep = null;
        state.Signal = 0;
        state.Asked = false;
        _hasOutput = false;
        Step(FlightStep.Monitor);
    }

    /// <summary>A step begins. One that was before is the last one only: their number has a bound.</summary>
    public void Step(string name)
    {
        state.Steps.RemoveAll(step => step.Name == name);
        state.Steps.Add(new() { Name = name, At = time.Nanoseconds(time.CLOCK_REALTIME) });
    }

    public void Output()
    {
        if (!_hasOutput) Step(FlightStep.Output);
        _hasOutput = true;
    }

    /// <summary>The start does not go on. To be said before anything is taken back, which is a step as well.</summary>
    public void Fails() => state.FailedStep = state.Steps.Count > 0 ? state.Steps[^1].Name : FlightStep.Monitor;

    /// <summary>The command runs.</summary>
    public void Started(int pid)
    {
        Step(FlightStep.Running);
        if (_before is not null) state.Before = _before;
        state.Status = ContainerState.Running;
        state.Pid = pid;
        state.StartTime = ProcessIdentity.StartTime(pid);
        state.MonitorPid = unistd.getpid();
        state.StartedAt = ContainerRecord.Now();
        state.FinishedAt = state.Error = state.Cause = "";
        state.ExitCode = 0;
        state.OomKilled = false;
        state.DeniedCall = null;
        (state.MemoryPeak, state.MemoryLimit, state.MemoryIsCgroups) = (0, 0, false);
    }

    /// <param name="status">As wait(2) has it.</param>
    /// <param name="resident">The most that its largest process had.</param>
    /// <param name="timedOut">Its time was over.</param>
    /// <param name="memory">What its cgroup says.</param>
    public void Ended(int status, long resident, bool timedOut, MemoryHistory memory)
    {
        Step(FlightStep.End);
        state.MemoryIsCgroups = memory.Peak > 0;
        state.MemoryPeak = memory.Peak > 0 ? memory.Peak : resident;
        state.MemoryLimit = memory.Limit;
        state.OomKilled = memory.OomKills > 0;
        state.ExitCode = ExitStatus.Code(status);
        state.Signal = status & 0x7f;
        bool inPlaceOfAnother = state.Signal == signal.SIGKILL && !timedOut && !state.OomKilled;
        if (inPlaceOfAnother && StopNote.Signal(container) is > 0 and var meant) (state.Signal, state.ExitCode) = (meant, 128 + meant);
        state.Asked = StopNote.IsThere(container);
        state.Cause = timedOut ? "timeout"
            : state.Signal == 0 ? "exit"
            : state.OomKilled ? "oom"
            : state.Signal == signal.SIGSYS ? "seccomp"
            : "signal";
        if (state.Signal == signal.SIGSYS) state.DeniedCall = KernelLog.DeniedCall(state.Pid, state.Steps[0].At);
        state.Pid = 0;
        state.StartTime = 0;
        state.FinishedAt = ContainerRecord.Now();
    }
}
