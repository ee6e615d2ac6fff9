using System.Text.Json;
using System.Text.Json.Serialization;

namespace Minirun.Runtime.State;

/// <summary>What <c>state</c> prints and what hooks read on stdin (runtime.md, "State").</summary>
public sealed record OciState
{
    public const string Creating = "creating", Created = "created", Running = "running", Stopped = "stopped", Paused = "paused";

    public required string OciVersion { get; init; }
    public required string Id { get; init; }
    public required string Status { get; init; }

    /// <summary>The container's first process; 0 and left out where hooks run after it has ended.</summary>
    public int Pid { get; init; }

    /// <summary>The bundle's absolute path.</summary>
    public required string Bundle { get; init; }
    public Dictionary<string, string>? Annotations { get; init; }

    /// <summary>One line of JSON, without a pid when there is none.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, OciStateJson.Default.OciState);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(OciState))]
internal sealed partial class OciStateJson : JsonSerializerContext;
