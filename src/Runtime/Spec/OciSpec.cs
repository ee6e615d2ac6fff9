using System.Text.Json.Serialization;

namespace Minirun.Runtime.Spec;

/// <summary>
/// An OCI runtime-spec document (config.json), version 1.3.0, for Linux. Fields that it does not know are ignored, as the specification
/// wants.
/// </summary>
public sealed class OciSpec
{
    private string? _version;

    /// <summary>
    /// When not given, the oldest version that has all that is used: peers refuse documents of a version that they do not know.
    /// </summary>
    public string OciVersion
    {
        get =>
            _version
                ?? (Process.ExecCpuAffinity is not null ? "1.3.0"
                    : Process.Scheduler is not null || Domainname is not null ? "1.1.0"
                    : "1.0.2");
        set => _version = value;
    }

    /// <summary>A version was given.</summary>
    internal bool HasVersion => _version is not null;

    public OciProcess Process { get; set => field = value ?? new(); } = new();
    public OciRoot Root { get; set => field = value ?? new(); } = new();
    public string? Hostname { get; set; }
    public string? Domainname { get; set; }
    public List<OciMount> Mounts { get; set => field = value ?? []; } = [];
    public OciHooks? Hooks { get; set; }
    public Dictionary<string, string>? Annotations { get; set; }
    public OciLinux Linux { get; set => field = value ?? new(); } = new();

    /// <summary>The document as JSON, indented.</summary>
    public string ToJson() => System.Text.Encoding.UTF8.GetString(ToBytes());

    /// <summary>The same in UTF-8.</summary>
    public byte[] ToBytes() => Json.ConfigWriter.Write(this);
}

public sealed class OciRoot
{
    public string Path { get; set => field = value ?? ""; } = "";
    public bool Readonly { get; set; }
}

public sealed class OciMount
{
    public string Destination { get; set => field = value ?? ""; } = "";
    public string? Type { get; set; }
    public string? Source { get; set; }
    public List<string> Options { get; set => field = value ?? []; } = [];
    public List<OciIdMapping>? UidMappings { get; set; }
    public List<OciIdMapping>? GidMappings { get; set; }
}

/// <summary>
/// One line of uid_map: <see cref="Size"/> ids from <see cref="ContainerID"/> inside are those from <see cref="HostID"/> outside.
/// </summary>
public sealed class OciIdMapping
{
    [JsonPropertyName("containerID")]
    public uint ContainerID { get; set; }

    [JsonPropertyName("hostID")]
    public uint HostID { get; set; }
    public uint Size { get; set; }
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OciSpec))]
[JsonSerializable(typeof(OciProcess))]
[JsonSerializable(typeof(OciResources))]
internal sealed partial class OciJson : JsonSerializerContext;
