using System.Text.Json.Serialization;

namespace Minirun.Engine.Volumes;

/// <summary>volume.json: what a volume was made with.</summary>
public sealed class VolumeRecord
{
    public string Name { get; set; } = "";
    public string Driver { get; set; } = LocalDriver.DriverName;
    public Dictionary<string, string> Options { get; set; } = [];
    public Dictionary<string, string> Labels { get; set; } = [];

    /// <summary>RFC 3339, UTC; empty for one that only its plugin knows of.</summary>
    public string Created { get; set; } = "";

    /// <summary>Made for one container, without a name of its own.</summary>
    public bool Anonymous { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(VolumeRecord))]
[JsonSerializable(typeof(List<MountedVolume>))]
internal sealed partial class VolumeJson : JsonSerializerContext;
