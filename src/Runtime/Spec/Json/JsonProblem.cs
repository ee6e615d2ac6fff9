using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Minirun.Runtime.Spec.Json;

/// <summary>What is wrong with a text that should be a JSON document. .NET's own words for it are not in the program.</summary>
internal static class JsonProblem
{
    public const string Hint = "see config.md of the OCI runtime specification";

    public static UserError Explain(JsonException error, string file, JsonTypeInfo type)
    {
        string where = $"{file}: line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}: ";
        string path = error.Path is { Length: > 2 } at && at.StartsWith("$.", StringComparison.Ordinal) ? at[2..] : "";
        if (error.InnerException is JsonException)
            return new UserError($"{where}not JSON{(path.Length > 0 ? ", after " + path : "")}", Hint);
        return new UserError($"{where}{(path.Length > 0 ? path : "the document")}: not {Wanted(type, path)}", Hint);
    }

    /// <summary>For what is read by hand: its own words, or where it is no JSON.</summary>
    public static string Why(JsonException error) =>
        error.LineNumber is { } line
            ? $"line {line + 1}, byte {error.BytePositionInLine + 1}: not JSON, or not what belongs there"
            : error.Message;

    /// <summary>Finds a zero in a string: C would end there, and the kernel see another one than we checked.</summary>
    /// <exception cref="UserError">There is one.</exception>
    public static void RefuseZeros(ReadOnlySpan<byte> json, string file)
    {
        for (int i = 0; i + 6 <= json.Length; i++)
        {
            // A backslash is in a string, and takes the character after it with it.
            if (json[i] != '\\') continue;
            if (json.Slice(i, 6).SequenceEqual("\\u0000"u8))
                throw new UserError($"{file}: byte {i + 1}: a string with a zero in it", "no path, name or argument can have one");
            i++;
        }
    }

    private static string Wanted(JsonTypeInfo root, string path)
    {
        JsonTypeInfo? type = root;
        foreach (string part in path.Replace("[", ".[").Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            Type? next = part[0] == '[' || type!.Kind == JsonTypeInfoKind.Dictionary
                ? type!.ElementType
                : type.Properties.FirstOrDefault(each => each.Name == part)?.PropertyType;
            type = next is null ? null : root.Options.TryGetTypeInfo(next, out JsonTypeInfo? found) ? found : null;
            if (type is null) return next is null ? "as the specification has it" : Describe(next);
        }
        return type!.Kind switch
        {
            JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary => "an object",
            JsonTypeInfoKind.Enumerable => "a list",
            _ => Describe(type.Type),
        };
    }

    private static string Describe(Type type) => Type.GetTypeCode(Nullable.GetUnderlyingType(type) ?? type) switch
    {
        TypeCode.String => "a string",
        TypeCode.Boolean => "true or false",
        TypeCode.UInt16 => "a whole number from 0 to 65535",
        TypeCode.Int32 => "a whole number from -2147483648 to 2147483647",
        TypeCode.UInt32 => "a whole number from 0 to 4294967295",
        TypeCode.Int64 => "a whole number of 64 bits",
        TypeCode.UInt64 => "a whole number of 64 bits without a sign",
        _ => "as the specification has it",
    };
}
