using System.Text.Json;

namespace Minirun.Runtime.Spec.Json;

/// <summary>Members of a JSON document written one after the other; what is null is left out.</summary>
public static class JsonValues
{
    /// <summary>A whole document, indented.</summary>
    /// <param name="capacity">About how many bytes it will have.</param>
    /// <param name="value">What it is of.</param>
    /// <param name="write">Writes its members.</param>
    public static byte[] Document<T>(int capacity, T value, Action<Utf8JsonWriter, T> write)
    {
        using var bytes = new MemoryStream(capacity);
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            write(json, value);
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }

    public static void Text(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null) json.WriteString(name, value);
    }

    public static void Number(Utf8JsonWriter json, ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
    }

    public static void Positive(Utf8JsonWriter json, ReadOnlySpan<byte> name, ulong? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
    }

    public static void Flag(Utf8JsonWriter json, ReadOnlySpan<byte> name, bool? value)
    {
        if (value is { } flag) json.WriteBoolean(name, flag);
    }

    public static void Numbers(Utf8JsonWriter json, ReadOnlySpan<byte> name, List<uint>? values)
    {
        if (values is null) return;
        json.WriteStartArray(name);
        foreach (uint value in values) json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    public static void Texts(Utf8JsonWriter json, ReadOnlySpan<byte> name, List<string>? values)
    {
        if (values is null) return;
        json.WriteStartArray(name);
        foreach (string value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    public static void Map(Utf8JsonWriter json, ReadOnlySpan<byte> name, Dictionary<string, string>? values)
    {
        if (values is null) return;
        json.WriteStartObject(name);
        foreach (var (key, value) in values) json.WriteString(key, value);
        json.WriteEndObject();
    }

    public static void Object<T>(Utf8JsonWriter json, ReadOnlySpan<byte> name, T? value, Action<Utf8JsonWriter, T> write)
        where T : class
    {
        if (value is null) return;
        json.WriteStartObject(name);
        write(json, value);
        json.WriteEndObject();
    }

    public static void Objects<T>(Utf8JsonWriter json, ReadOnlySpan<byte> name, List<T>? values, Action<Utf8JsonWriter, T> write)
        where T : class
    {
        if (values is null) return;
        json.WriteStartArray(name);
        foreach (T? value in values)
        {
            if (value is null)
            {
                json.WriteNullValue();
                continue;
            }
            json.WriteStartObject();
            write(json, value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
