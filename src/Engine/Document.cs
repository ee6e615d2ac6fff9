using Minirun.Linux;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Minirun.Engine;

/// <summary>JSON files of ours, as they are after a crash of the machine, or after somebody else had a hand in them.</summary>
internal static class Document
{
    /// <summary>Null when there is no file.</summary>
    /// <exception cref="JsonException">It is none of ours (any more), or cannot be read.</exception>
    public static T? Read<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return AtomicFile.Read(path) is { } json ? Parse(json, type) : null;
        }
        catch (LinuxException error)
        {
            throw new JsonException("it cannot be read", error);
        }
    }

    /// <exception cref="JsonException">It is none of ours.</exception>
    public static T Parse<T>(byte[] json, JsonTypeInfo<T> type)
        where T : class
    {
        // We write none, and nobody who reads expects one.
        for (var reader = new Utf8JsonReader(json); reader.Read();)
            if (reader.TokenType == JsonTokenType.Null) throw new JsonException("null");
        return JsonSerializer.Deserialize(json, type)!;
    }
}
