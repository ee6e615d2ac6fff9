namespace Minirun.Engine.Records;

/// <summary>state.json: what became of a container. Its monitor writes it, and who finds the monitor gone.</summary>
public sealed class ContainerState
{
    public const string Created = "created", Running = "running", Paused = "paused", Restarting = "restarting", Exited = "exited";

    public string Status { get; set; } = Created;

    /// <summary>It runs, or is about to again.</summary>
    internal bool IsUp => Status is Running or Restarting;

    /// <summary>The first process; 0 when there is none.</summary>
    public int Pid { get; set; }

    /// <summary>When that process started, in clock ticks since boot.</summary>
    public ulong StartTime { get; set; }
    public int MonitorPid { get; set; }

    /// <summary>Of the machine's start in which Pid counts.</summary>
    public string BootId { get; set; } = "";
    public int ExitCode { get; set; }

    /// <summary>exit, signal, oom, timeout, seccomp, or unknown: its monitor was killed before it.</summary>
    public string Cause { get; set; } = "";
    public bool OomKilled { get; set; }

    /// <summary>Why it could not be started.</summary>
    public string Error { get; set; } = "";
    public string StartedAt { get; set; } = "";
    public string FinishedAt { get; set; } = "";
    public int RestartCount { get; set; }

    /// <summary>starting, healthy, unhealthy; empty without a check.</summary>
    public string Health { get; set; } = "";
    public int HealthFailures { get; set; }

    /// <summary>The number of the signal that ended it; 0: none.</summary>
    public int Signal { get; set; }

    /// <summary>`minirun stop` or `kill` asked for its end.</summary>
    public bool Asked { get; set; }

    /// <summary>The most memory that it had, in bytes; 0 when not known.</summary>
    public long MemoryPeak { get; set; }

    /// <summary>Of all in its cgroup; else of its largest process.</summary>
    public bool MemoryIsCgroups { get; set; }

    /// <summary>Of its cgroup; 0: none.</summary>
    public long MemoryLimit { get; set; }

    /// <summary>The system call for which the kernel killed it, where the kernel said so.</summary>
    public string? DeniedCall { get; set; }

    /// <summary>What its last start did, and when.</summary>
    public List<FlightStep> Steps { get; set; } = [];

    /// <summary>Where its last start failed.</summary>
    public string? FailedStep { get; set; }

    /// <summary>How the run before this one ended, when it was started again.</summary>
    public FlightEnd? Before { get; set; }

    /// <summary>Lines that its log driver could not pass on.</summary>
    public long LogLost { get; set; }

    /// <summary>Why the last of them were lost, or why nothing gets there now; null: all is well.</summary>
    public string? LogTrouble { get; set; }
}
