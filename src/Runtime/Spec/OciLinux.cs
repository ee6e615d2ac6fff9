using System.Text.Json.Serialization;

namespace Minirun.Runtime.Spec;

/// <summary>config.json <c>linux</c> (config-linux.md).</summary>
public sealed class OciLinux
{
    public List<OciIdMapping>? UidMappings { get; set; }
    public List<OciIdMapping>? GidMappings { get; set; }
    public List<OciNamespace> Namespaces { get; set => field = value ?? []; } = [];

    /// <summary>By clock: monotonic or boottime.</summary>
    public Dictionary<string, OciTimeOffset>? TimeOffsets { get; set; }
    public List<OciDevice>? Devices { get; set; }

    /// <summary>By the interface's name on the host.</summary>
    public Dictionary<string, OciNetDevice>? NetDevices { get; set; }
    public string? CgroupsPath { get; set; }
    public OciResources? Resources { get; set; }
    public OciSeccomp? Seccomp { get; set; }
    public string? RootfsPropagation { get; set; }
    public List<string> MaskedPaths { get; set => field = value ?? []; } = [];
    public List<string> ReadonlyPaths { get; set => field = value ?? []; } = [];
    public string? MountLabel { get; set; }
    public Dictionary<string, string>? Sysctl { get; set; }
    public OciPersonality? Personality { get; set; }
    public OciIntelRdt? IntelRdt { get; set; }
    public OciMemoryPolicy? MemoryPolicy { get; set; }
}

public sealed class OciNamespace
{
    public string Type { get; set => field = value ?? ""; } = "";

    /// <summary>An existing one to join; null: a new one.</summary>
    public string? Path { get; set; }
}

public sealed class OciTimeOffset
{
    public long Secs { get; set; }
    public uint Nanosecs { get; set; }
}

public sealed class OciDevice
{
    public string Path { get; set => field = value ?? ""; } = "";
    public string Type { get; set => field = value ?? ""; } = "c";
    public long Major { get; set; }
    public long Minor { get; set; }
    public uint? FileMode { get; set; }
    public uint? Uid { get; set; }
    public uint? Gid { get; set; }
}

public sealed class OciNetDevice
{
    /// <summary>Its name inside; null: the same.</summary>
    public string? Name { get; set; }
}

/// <summary>personality(2).</summary>
public sealed class OciPersonality
{
    public string Domain { get; set => field = value ?? ""; } = "";
    public List<string>? Flags { get; set; }
}

public sealed class OciIntelRdt
{
    [JsonPropertyName("closID")]
    public string? ClosID { get; set; }
    public List<string>? Schemata { get; set; }
    public string? L3CacheSchema { get; set; }
    public string? MemBwSchema { get; set; }
    public bool? EnableMonitoring { get; set; }
}

/// <summary>set_mempolicy(2).</summary>
public sealed class OciMemoryPolicy
{
    public string Mode { get; set => field = value ?? ""; } = "";
    public string? Nodes { get; set; }
    public List<string>? Flags { get; set; }
}
