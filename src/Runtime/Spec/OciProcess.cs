using System.Text.Json.Serialization;

namespace Minirun.Runtime.Spec;

/// <summary>config.json <c>process</c>; also what <c>exec --process FILE</c> reads.</summary>
public sealed class OciProcess
{
    public bool Terminal { get; set; }
    public OciBox? ConsoleSize { get; set; }
    public OciUser User { get; set => field = value ?? new(); } = new();
    public List<string> Args { get; set => field = value ?? []; } = [];
    public List<string> Env { get; set => field = value ?? []; } = [];
    public string Cwd { get; set => field = value ?? ""; } = "/";
    public OciCapabilities? Capabilities { get; set; }
    public List<OciRlimit>? Rlimits { get; set; }
    public bool NoNewPrivileges { get; set; }
    public string? ApparmorProfile { get; set; }
    public string? SelinuxLabel { get; set; }
    public int? OomScoreAdj { get; set; }
    public OciScheduler? Scheduler { get; set; }
    public OciIoPriority? IoPriority { get; set; }

    [JsonPropertyName("execCPUAffinity")]
    public OciCpuAffinity? ExecCpuAffinity { get; set; }

    /// <summary>As a document of its own.</summary>
    public byte[] ToBytes() => Json.ConfigWriter.Write(this);
}

/// <summary>A size in characters.</summary>
public sealed class OciBox
{
    public uint Height { get; set; }
    public uint Width { get; set; }
}

public sealed record OciUser
{
    public uint Uid { get; set; }
    public uint Gid { get; set; }
    public uint? Umask { get; set; }
    public List<uint>? AdditionalGids { get; set; }
}

public sealed class OciCapabilities
{
    public List<string> Bounding { get; set => field = value ?? []; } = [];
    public List<string> Effective { get; set => field = value ?? []; } = [];
    public List<string> Inheritable { get; set => field = value ?? []; } = [];
    public List<string> Permitted { get; set => field = value ?? []; } = [];
    public List<string> Ambient { get; set => field = value ?? []; } = [];
}

public sealed class OciRlimit
{
    public string Type { get; set => field = value ?? ""; } = "";
    public ulong Soft { get; set; }
    public ulong Hard { get; set; }
}

/// <summary>sched_setattr(2). Times in nanoseconds.</summary>
public sealed class OciScheduler
{
    public string Policy { get; set => field = value ?? ""; } = "SCHED_OTHER";
    public int Nice { get; set; }
    public int? Priority { get; set; }
    public List<string>? Flags { get; set; }
    public ulong? Runtime { get; set; }
    public ulong? Deadline { get; set; }
    public ulong? Period { get; set; }
}

/// <summary>ioprio_set(2).</summary>
public sealed class OciIoPriority
{
    public string Class { get; set => field = value ?? ""; } = "";
    public int Priority { get; set; }
}

/// <summary>Processors, as a list like 0-3,7: before and after the move into the container's cgroup.</summary>
public sealed class OciCpuAffinity
{
    public string? Initial { get; set; }
    public string? Final { get; set; }
}
