namespace Minirun.Runtime.Lifecycle;

/// <summary>The flags of <c>minirun-oci exec</c>. What is null is as the container's own process has it.</summary>
public sealed class ExecOptions
{
    public required string Id { get; init; }

    /// <summary>A file with the whole process as in config.json.</summary>
    public string? ProcessFile { get; set; }

    /// <summary>The command, when there is no file.</summary>
    public string[] Arguments { get; set; } = [];
    public bool Tty { get; set; }
    public string? Cwd { get; set; }

    /// <summary>NAME=VALUE, added to the container's.</summary>
    public List<string> Env { get; } = [];
    public uint? Uid { get; set; }
    public uint? Gid { get; set; }
    public List<uint> AdditionalGids { get; } = [];

    /// <summary>Capabilities added, by name.</summary>
    public List<string> Caps { get; } = [];
    public bool NoNewPrivileges { get; set; }
    public string? Apparmor { get; set; }
    public string? ProcessLabel { get; set; }

    /// <summary>A cgroup below the container's: PATH, or CONTROLLER[,CONTROLLER]:PATH.</summary>
    public List<string> Cgroup { get; } = [];
    public bool IgnorePaused { get; set; }
    public bool Detach { get; set; }
    public string? PidFile { get; set; }
    public string? ConsoleSocket { get; set; }
    public string? PidfdSocket { get; set; }

    /// <summary>Descriptors from 3 on that the process gets.</summary>
    public int PreserveFds { get; set; }
}
