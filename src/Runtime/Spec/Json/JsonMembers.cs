using System.Text.Json;

namespace Minirun.Runtime.Spec.Json;

/// <summary>
/// Values of a JSON document read one after the other, for the few documents that are read at every start. Anything unexpected is a
/// <see cref="JsonException"/>.
/// </summary>
internal static class JsonMembers
{
    public delegate T Reader<T>(ref Utf8JsonReader json);

    /// <summary>Whether an object begins here; false for null.</summary>
    public static bool Begins(ref Utf8JsonReader json) =>
        json.TokenType == JsonTokenType.StartObject || (IsNull(ref json) ? false : throw Expected("an object"));

    /// <summary>From an object's beginning, or one of its members, to its next member's value; false at its end.</summary>
    public static bool Next(ref Utf8JsonReader json, out string name)
    {
        name = "";
        json.Read();
        if (json.TokenType == JsonTokenType.EndObject) return false;
        name = Characters(ref json);
        json.Read();
        return true;
    }

    /// <summary>What follows a document is an error, too.</summary>
    public static void End(ref Utf8JsonReader json)
    {
        while (json.Read()) { }
    }

    public static bool IsNull(ref Utf8JsonReader json) => json.TokenType == JsonTokenType.Null;

    public static string? Text(ref Utf8JsonReader json) =>
        json.TokenType == JsonTokenType.String ? Characters(ref json) : IsNull(ref json) ? null : throw Expected("a string");

    private static string Characters(ref Utf8JsonReader json)
    {
        try
        {
            return json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, or bytes that are no UTF-8.
            throw Expected("text");
        }
    }

    public static bool Flag(ref Utf8JsonReader json) => json.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw Expected("true or false"),
    };

    public static ulong Number(ref Utf8JsonReader json) =>
        json.TokenType == JsonTokenType.Number && json.TryGetUInt64(out ulong value) ? value : throw Expected("a number");

    public static uint Id(ref Utf8JsonReader json) =>
        json.TokenType == JsonTokenType.Number && json.TryGetUInt32(out uint value) ? value : throw Expected("a number");

    public static long Signed(ref Utf8JsonReader json) =>
        json.TokenType == JsonTokenType.Number && json.TryGetInt64(out long value) ? value : throw Expected("a number");

    public static int Small(ref Utf8JsonReader json) =>
        json.TokenType == JsonTokenType.Number && json.TryGetInt32(out int value) ? value : throw Expected("a number");

    public static uint? MaybeId(ref Utf8JsonReader json) => IsNull(ref json) ? null : Id(ref json);

    public static long? MaybeSigned(ref Utf8JsonReader json) => IsNull(ref json) ? null : Signed(ref json);

    public static ulong? MaybeNumber(ref Utf8JsonReader json) => IsNull(ref json) ? null : Number(ref json);

    public static List<T>? Objects<T>(ref Utf8JsonReader json, Reader<T> item)
    {
        if (IsNull(ref json)) return null;
        if (json.TokenType != JsonTokenType.StartArray) throw Expected("a list");
        List<T> list = [];
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
            list.Add(Begins(ref json) ? item(ref json) : throw Expected("an object"));
        return list;
    }

    public static List<string>? Texts(ref Utf8JsonReader json)
    {
        if (IsNull(ref json)) return null;
        if (json.TokenType != JsonTokenType.StartArray) throw Expected("a list");
        List<string> list = [];
        while (json.Read() && json.TokenType != JsonTokenType.EndArray) list.Add(Text(ref json)!);
        return list;
    }

    public static List<uint>? Ids(ref Utf8JsonReader json)
    {
        if (IsNull(ref json)) return null;
        if (json.TokenType != JsonTokenType.StartArray) throw Expected("a list");
        List<uint> list = [];
        while (json.Read() && json.TokenType != JsonTokenType.EndArray) list.Add(Id(ref json));
        return list;
    }

    public static Dictionary<string, string>? Map(ref Utf8JsonReader json)
    {
        if (!Begins(ref json)) return null;
        Dictionary<string, string> map = [];
        while (Next(ref json, out string name)) map[name] = Text(ref json)!;
        return map;
    }

    private static JsonException Expected(string what) => new(what + " was expected");
}
