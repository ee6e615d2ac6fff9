using System.Text.Json;
using System.Text.Json.Serialization;

namespace Minirun.Runtime.Spec;

/// <summary>An OCI runtime-spec document (config.json), version 1.3.0: the part that <c>minirun run</c> can ask for.</summary>
public sealed class OciSpec
{
    /// <summary>The oldest version that has all that is used: peers refuse documents of a version that they do not know.</summary>
    public string OciVersion => Process.ExecCpuAffinity is not null ? "1.3.0" : Process.Scheduler is not null || Domainname is not null ? "1.1.0" : "1.0.2";

    public OciProcess Process { get; set; } = new();
    public OciRoot Root { get; set; } = new();
    public string? Hostname { get; set; }
    public string? Domainname { get; set; }
    public List<OciMount> Mounts { get; set; } = [];
    public Dictionary<string, string>? Annotations { get; set; }
    public OciLinux Linux { get; set; } = new();

    /// <summary>The document as JSON, indented.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, OciJson.Default.OciSpec);
}

public sealed class OciProcess
{
    public bool Terminal { get; set; }
    public OciBox? ConsoleSize { get; set; }
    public OciUser User { get; set; } = new();
    public List<string> Args { get; set; } = [];
    public List<string> Env { get; set; } = [];
    public string Cwd { get; set; } = "/";
    public OciCapabilities? Capabilities { get; set; }
    public List<OciRlimit>? Rlimits { get; set; }
    public bool NoNewPrivileges { get; set; }
    public int? OomScoreAdj { get; set; }
    public OciScheduler? Scheduler { get; set; }

    [JsonPropertyName("execCPUAffinity")]
    public OciCpuAffinity? ExecCpuAffinity { get; set; }
}

/// <summary>A size in characters.</summary>
public sealed class OciBox
{
    public uint Height { get; set; }
    public uint Width { get; set; }
}

public sealed class OciUser
{
    public uint Uid { get; set; }
    public uint Gid { get; set; }
    public uint? Umask { get; set; }
    public List<uint>? AdditionalGids { get; set; }
}

public sealed class OciCapabilities
{
    public List<string> Bounding { get; set; } = [];
    public List<string> Effective { get; set; } = [];
    public List<string> Inheritable { get; set; } = [];
    public List<string> Permitted { get; set; } = [];
    public List<string> Ambient { get; set; } = [];
}

public sealed class OciRlimit
{
    public string Type { get; set; } = "";
    public ulong Soft { get; set; }
    public ulong Hard { get; set; }
}

public sealed class OciScheduler
{
    public string Policy { get; set; } = "SCHED_OTHER";
    public int Nice { get; set; }
}

public sealed class OciCpuAffinity
{
    public string Initial { get; set; } = "";
}

public sealed class OciRoot
{
    public string Path { get; set; } = "";
    public bool Readonly { get; set; }
}

public sealed class OciMount
{
    public string Destination { get; set; } = "";
    public string? Type { get; set; }
    public string? Source { get; set; }
    public List<string> Options { get; set; } = [];
}

public sealed class OciLinux
{
    public List<OciIdMapping>? UidMappings { get; set; }
    public List<OciIdMapping>? GidMappings { get; set; }
    public List<OciNamespace> Namespaces { get; set; } = [];
    public List<OciDevice>? Devices { get; set; }
    public List<string> MaskedPaths { get; set; } = [];
    public List<string> ReadonlyPaths { get; set; } = [];
    public OciSeccomp? Seccomp { get; set; }
}

/// <summary>One line of uid_map: <see cref="Size"/> ids from <see cref="ContainerID"/> inside are those from <see cref="HostID"/> outside.</summary>
public sealed class OciIdMapping
{
    [JsonPropertyName("containerID")]
    public uint ContainerID { get; set; }

    [JsonPropertyName("hostID")]
    public uint HostID { get; set; }
    public uint Size { get; set; }
}

public sealed class OciNamespace
{
    public string Type { get; set; } = "";
}

public sealed class OciDevice
{
    public string Path { get; set; } = "";
    public string Type { get; set; } = "c";
    public uint Major { get; set; }
    public uint Minor { get; set; }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OciSpec))]
internal sealed partial class OciJson : JsonSerializerContext;
