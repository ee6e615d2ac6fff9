using System.Text.Json;
using Minirun.Runtime.Spec.Json;

namespace Minirun.Runtime.Spec;

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
    public byte[] ToJson()
    {
        using var bytes = new MemoryStream(256);
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            writer.WriteString("ociVersion"u8, OciVersion);
            writer.WriteString("id"u8, Id);
            writer.WriteString("status"u8, Status);
            if (Pid != 0) writer.WriteNumber("pid"u8, Pid);
            writer.WriteString("bundle"u8, Bundle);
            if (Annotations is not null) JsonMap.Write(writer, "annotations"u8, Annotations);
            writer.WriteEndObject();
        }
        return bytes.ToArray();
    }
}
