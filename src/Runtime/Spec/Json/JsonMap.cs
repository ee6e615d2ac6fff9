using System.Text.Json;

namespace Minirun.Runtime.Spec.Json;

/// <summary>A JSON object whose values are all strings, such as annotations.</summary>
internal static class JsonMap
{
    public static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> name, Dictionary<string, string> map)
    {
        writer.WriteStartObject(name);
        foreach (var (key, value) in map) writer.WriteString(key, value);
        writer.WriteEndObject();
    }
}
