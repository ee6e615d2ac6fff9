using System.Text.Json;
using System.Text.Json.Serialization;
using Minirun.Engine.Records;

namespace Minirun.Engine.Networks;

/// <summary>network.json of a container: what was set up for it and must be taken away again, whoever does that.</summary>
public sealed class NetworkRecord
{
    /// <summary>The mode that it became: never auto.</summary>
    public string Mode { get; set; } = "";

    /// <summary>Of the machine's start in which the pid and the mount count.</summary>
    public string BootId { get; set; } = "";

    /// <summary>pasta or slirp4netns; 0: none.</summary>
    public int HelperPid { get; set; }

    /// <summary>When that started, in clock ticks since boot.</summary>
    public ulong HelperStart { get; set; }

    /// <summary>The network namespace, held by a mount, so that it can be taken down when its last process is gone.</summary>
    public string? NetNs { get; set; }

    /// <summary>The CNI configuration that was added, and what that gave.</summary>
    public string? CniConfig { get; set; }
    public string? CniResult { get; set; }

    /// <summary>The container's, without the length of the prefix.</summary>
    public string Address { get; set; } = "";

    /// <summary>Of its subnet; 0: not known.</summary>
    public int PrefixLength { get; set; }
    public string Gateway { get; set; } = "";
    public string Mac { get; set; } = "";
    public List<PortMapping> Ports { get; set; } = [];

    /// <summary>Why it is less than was hoped for.</summary>
    public string Warning { get; set; } = "";

    /// <summary>Of a container; null: nothing is set up.</summary>
    public static NetworkRecord? Of(EngineContainer container)
    {
        try
        {
            if (Document.Read(PathOf(container.Directory), NetworkJson.Default.NetworkRecord) is not { } record) return null;
            // What is there is unmounted and removed: nothing that we do not make.
            if (record.NetNs != NamespaceOf(container.Paths, container.Id)) record.NetNs = null;
            return record;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Where the network namespace of a container is held.</summary>
    internal static string NamespaceOf(EnginePaths paths, string id) => $"{paths.Run}/netns/{id}";

    internal void Write(string directory) =>
        AtomicFile.Write(PathOf(directory), JsonSerializer.SerializeToUtf8Bytes(this, NetworkJson.Default.NetworkRecord));

    internal static string PathOf(string directory) => directory + "/network.json";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(NetworkRecord))]
internal sealed partial class NetworkJson : JsonSerializerContext;
