using System.Text;
using System.Text.Json;

namespace Minirun.Fuzz;

/// <summary>
/// Good JSON documents, changed: by their structure (another value, none, one more, one of another place, deeper, longer) and by their
/// bytes. What comes of it may be JSON or not. The same <see cref="Random"/> gives the same document.
/// </summary>
internal sealed class JsonMutator
{
    private const int LongestCopied = 2000, Longest = 300_000;

    private static readonly string[] s_pieces =
    [
        "null", "true", "false", "0", "1", "-1", "\"\"", "[]", "{}", "[null]", "[{}]", "[[]]", "[\"\"]", "{\"\":\"\"}", "{\"a\":null}",
        "1e400", "-0", "0.5", "1E2", "2147483647", "2147483648", "-2147483649", "4294967295", "4294967296", "9223372036854775807",
            "9223372036854775808", "-9223372036854775808", "18446744073709551615", "18446744073709551616",
        "99999999999999999999999999999999", "\"/\"", "\".\"", "\"..\"", "\"../../x\"", "\"/proc/self/fd/0\"", "\"-1\"", "\"a\\nb\"",
            "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00x\"", "\"%s%n\"", "\"=\"", "\"a=\"", "\"=a\"", "\"0-\"", "\"0-99999999999\"",
        "\"\\u0001\\u001b[2J\"", "NaN", "Infinity", "01", "'a'", "/*c*/1", ",", "}", "]", "{\"a\":", "[[[[[[[[", "\uFEFF", "\"\\x\"",
            "\"unended",
    ];

    private static readonly string[] s_inserts = ["/", "/../", "\\u0000", "\\ud800", "\\udfff", "\\n", ":", ",", "=", " ", "\\\\", "%",
        "\\u202e", "é", "日本", "\\ud83d\\ude00", "\0", "-", "*"];

    private readonly IReadOnlyList<byte[]> _good;
    private readonly List<byte[]> _names = [], _values = [];

    public JsonMutator(params IReadOnlyList<byte[]> good)
    {
        _good = good;
        HashSet<string> seen = [];
        foreach (byte[] document in good)
            foreach (Value value in Scan(document))
            {
                byte[] text = document[value.Start..value.End];
                if (text.Length <= LongestCopied && seen.Add(Encoding.UTF8.GetString(text))) _values.Add(text);
                if (value.NameStart >= 0 && Name(document, value) is var name && seen.Add(Encoding.UTF8.GetString(name) + ":"))
                    _names.Add(name);
            }
    }

    /// <summary>One of the good documents with some changes.</summary>
    public byte[] Next(Random random) => Change(random, _good[random.Next(_good.Count)]);

    public byte[] Change(Random random, byte[] json)
    {
        for (int changes = random.Next(1, 4); changes > 0 && json.Length > 0; changes--)
            json = random.Next(8) == 0 ? ChangeBytes(random, json) : ChangeStructure(random, json);
        return json;
    }

    private byte[] ChangeStructure(Random random, byte[] json)
    {
        List<Value> values = Scan(json);
        if (values.Count == 0) return ChangeBytes(random, json);
        Value at = values[random.Next(values.Count)];
        ReadOnlySpan<byte> old = json.AsSpan(at.Start, at.End - at.Start);
        switch (random.Next(12))
        {
            case 0 or 1 or 2: return Splice(json, at.Start, at.End, Piece(random));
            case 3: return Splice(json, at.Start, at.End, _values[random.Next(_values.Count)]);
            case 4: return Without(json, at);
            case 5: return Splice(json, at.From, at.From, [.. Member(at, json), .. random.Next(2) == 0 ? old : Piece(random), (byte)',']);
            case 6: return Inserted(random, json, at);
            case 7:
                return Splice(json, at.Start, at.End,
                    random.Next(2) == 0 ? [(byte)'[', .. old, (byte)']'] : [.. "{\"a\":"u8, .. old, (byte)'}']);
            case 8: return Splice(json, at.Start, at.End, Deep(random, old));
            case 9: return Splice(json, at.Start, at.End, Many(random, old));
            default:
                return old[0] == '"'
                    ? Splice(json, at.Start, at.End, OtherText(random, old))
                    : Splice(json, at.Start, at.End,
                        old[0] is (byte)'-' or (>= (byte)'0' and <= (byte)'9') ? OtherNumber(random, old) : Piece(random));
        }
    }

    /// <summary>A member that some document has, here.</summary>
    private byte[] Inserted(Random random, byte[] json, Value at)
    {
        if (json[at.Start] != '{' || at.Start + 1 == json.Length) return Splice(json, at.Start, at.End, Piece(random));
        byte[] name = _names[random.Next(_names.Count)], value = random.Next(2) == 0 ? _values[random.Next(_values.Count)] : Piece(random);
        bool first = json[at.Start + 1] == '}';
        return Splice(json, at.Start + 1, at.Start + 1, [.. name, (byte)':', .. value, .. first ? ""u8 : ","u8]);
    }

    private static byte[] Piece(Random random) => Encoding.UTF8.GetBytes(s_pieces[random.Next(s_pieces.Length)]);

    private static byte[] Deep(Random random, ReadOnlySpan<byte> old)
    {
        int depth = random.Next(20) == 0 ? 20_000 : random.Next(1, 80);
        string open = random.Next(2) == 0 ? "[" : "{\"a\":";
        return [.. Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(open, depth))), .. old,
            .. Encoding.UTF8.GetBytes(new string(open == "[" ? ']' : '}', depth))];
    }

    /// <summary>A list with many of them; of a text, a long one.</summary>
    private static byte[] Many(Random random, ReadOnlySpan<byte> old)
    {
        int count = random.Next(20) == 0 ? 20_000 : random.Next(2, 300);
        count = Math.Min(count, Longest / old.Length + 2);
        using var bytes = new MemoryStream();
        bool text = old[0] == '"' && random.Next(2) == 0, list = old[0] == '[' && old.Length > 2;
        ReadOnlySpan<byte> item = text || list ? old[1..^1] : old;
        bytes.WriteByte(text ? (byte)'"' : (byte)'[');
        for (int i = 0; i < count; i++)
        {
            if (i > 0 && !text) bytes.WriteByte((byte)',');
            bytes.Write(item);
        }
        bytes.WriteByte(text ? (byte)'"' : (byte)']');
        return bytes.ToArray();
    }

    private static byte[] OtherText(Random random, ReadOnlySpan<byte> old)
    {
        int at = random.Next(1, old.Length);
        byte[] insert = random.Next(10) == 0 ? [(byte)random.Next(256)] : Encoding.UTF8.GetBytes(s_inserts[random.Next(s_inserts.Length)]);
        return random.Next(3) == 0 && old.Length > 3
            ? [.. old[..random.Next(1, old.Length - 1)], (byte)'"']
            : [.. old[..at], .. insert, .. old[at..]];
    }

    private static byte[] OtherNumber(Random random, ReadOnlySpan<byte> old) => random.Next(6) switch
    {
        0 => [(byte)'-', .. old],
        1 => [.. old, (byte)'0', (byte)'0', (byte)'0'],
        2 => [.. old, .. ".5"u8],
        3 => [.. "\""u8, .. old, .. "\""u8],
        4 => Encoding.UTF8.GetBytes(random.NextInt64().ToString()),
        _ => Encoding.UTF8.GetBytes(random.Next(0, 2000).ToString()),
    };

    internal static byte[] ChangeBytes(Random random, byte[] json)
    {
        int at = random.Next(json.Length);
        switch (random.Next(4))
        {
            case 0: return json[..at];
            case 1: return [.. json[..at], .. json[Math.Min(json.Length, at + random.Next(1, 20))..]];
            case 2: return [.. json[..at], (byte)random.Next(256), .. json[at..]];
            default:
                byte[] other = [.. json];
                other[at] = (byte)random.Next(256);
                return other;
        }
    }

    private static byte[] Without(byte[] json, Value at)
    {
        int start = at.From, end = at.End;
        while (end < json.Length && json[end] is (byte)' ' or (byte)'\n' or (byte)'\r') end++;
        if (end < json.Length && json[end] == ',') end++;
        else
            for (int before = start - 1; before >= 0 && json[before] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)','; before--)
                if (json[before] == ',') start = before;
        return Splice(json, start, end, []);
    }

    private static byte[] Splice(byte[] json, int start, int end, ReadOnlySpan<byte> with) =>
        [.. json.AsSpan(0, start), .. with, .. json.AsSpan(end)];

    private static byte[] Member(Value at, byte[] json) => at.NameStart < 0 ? [] : [.. Name(json, at), (byte)':'];

    private static byte[] Name(byte[] json, Value at) => json[at.NameStart..at.NameEnd];

    /// <summary>Where the values of a document are, as far as it is JSON.</summary>
    private static List<Value> Scan(byte[] json)
    {
        List<Value> values = [];
        Stack<int> open = [];
        int nameStart = -1, nameEnd = -1;
        try
        {
            for (var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 100_000 }); reader.Read();)
            {
                int start = (int)reader.TokenStartIndex, end = (int)reader.BytesConsumed;
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        (nameStart, nameEnd) = (start, start + reader.ValueSpan.Length + 2);
                        continue;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        int begun = open.Pop();
                        values[begun] = values[begun] with { End = end };
                        break;
                    default:
                        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray) open.Push(values.Count);
                        values.Add(new Value(start, end, nameStart, nameEnd));
                        break;
                }
                nameStart = -1;
            }
        }
        catch (JsonException)
        {
            // What was read until there can be changed further.
        }
        return values;
    }

    /// <param name="Start">Of the value.</param>
    /// <param name="End">Behind it.</param>
    /// <param name="NameStart">Of its name with the quotes, or -1.</param>
    /// <param name="NameEnd">Behind its name.</param>
    private readonly record struct Value(int Start, int End, int NameStart, int NameEnd)
    {
        public int From => NameStart >= 0 ? NameStart : Start;
    }
}
