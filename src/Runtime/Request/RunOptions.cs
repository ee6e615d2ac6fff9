using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Request;

/// <summary>What the flags of <c>run</c>, a container file and the user's defaults ask for, before any default of ours.</summary>
public class RunOptions
{
    public string? Rootfs { get; set; }
    public List<string> Command { get; set; } = [];

    /// <summary>The command as bytes, when its words are not all UTF-8.</summary>
    public byte[][]? CommandBytes { get; set; }

    /// <summary>Goes before the command: of a container file.</summary>
    public List<string> Entrypoint { get; set; } = [];

    public string? Net { get; set; }
    public string? Pid { get; set; }
    public string? Uts { get; set; }
    public string? Ipc { get; set; }
    public string? CgroupNs { get; set; }
    public List<string> UserNs { get; } = [];

    /// <summary>The id maps of a user namespace that is there and is to be shared, unless --userns asks for others.</summary>
    public IdMaps? SharedIds { get; set; }

    /// <summary>--ns: only these namespaces, for lessons.</summary>
    public string? OnlyNamespaces { get; set; }

    public List<OciMount> Mounts { get; } = [];
    public List<string> Devices { get; } = [];
    public bool ReadOnly { get; set; }
    public bool Ephemeral { get; set; }
    public string? Workdir { get; set; }

    /// <summary>In order; KEY=VALUE, or KEY alone for the caller's value.</summary>
    public List<string> Env { get; } = [];
    public bool ClearEnv { get; set; }
    public string? User { get; set; }
    public List<string> GroupAdd { get; } = [];
    public string? Hostname { get; set; }
    public string? Domainname { get; set; }
    public List<string> CapAdd { get; } = [];
    public List<string> CapDrop { get; } = [];
    public bool Privileged { get; set; }
    public bool NoNewPrivileges { get; set; } = true;

    /// <summary>unconfined, builtin, or the file of a profile; null: builtin, but for --privileged.</summary>
    public string? Seccomp { get; set; }
    public string? Apparmor { get; set; }
    public string? Label { get; set; }
    public List<OciRlimit> Ulimits { get; } = [];
    public uint? Umask { get; set; }
    public int? OomScoreAdj { get; set; }
    public int? Nice { get; set; }
    public string? CpuSet { get; set; }

    /// <summary>Limits of the whole container, kept by a cgroup; null: none, and no cgroup is made.</summary>
    public OciResources? Resources { get; set; }
    public string? CgroupParent { get; set; }
    public bool WantsCgroup => Resources is not null || CgroupParent is not null;
    public bool Init { get; set; }
    public bool DieWithParent { get; set; } = true;
    public TimeSpan? Timeout { get; set; }

    /// <summary>It goes on when we have ended.</summary>
    public bool Detach { get; set; }

    /// <summary>--rm.</summary>
    public bool Remove { get; set; }

    /// <summary>The first flag that only a container with a monitor can have, with its dashes; null: none was given.</summary>
    public string? MonitoredFor { get; set; }

    /// <summary>The engine makes it, and a monitor stays with it.</summary>
    public bool IsMonitored => Detach || MonitoredFor is not null;

    /// <summary>Of the document; null: none. What a flag asks of an operation that the document has no field for is one, too.</summary>
    public Dictionary<string, string>? Annotations { get; set; }
    public string? PidFile { get; set; }
    public string? CidFile { get; set; }
    public string? Name { get; set; }

    /// <summary>Null: a terminal when stdin and stdout are ones.</summary>
    public bool? Tty { get; set; }
    public bool Interactive { get; set; }
    public int PreserveFds { get; set; }

    public ExplainMode Explain { get; set; }
    public bool DryRun { get; set; }
    public bool Step { get; set; }
    public bool PrintSpec { get; set; }
    public List<string> Without { get; } = [];

    /// <summary>What must be had in full and not in a second-best way: procfs, sysfs.</summary>
    public List<string> Require { get; } = [];
}

public enum ExplainMode
{
    None,

    /// <summary>The phases of the plan.</summary>
    Text,

    /// <summary>Every operation.</summary>
    Full,
    Json,
}
