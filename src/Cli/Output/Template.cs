using System.Text;
using System.Text.Json.Nodes;
using Minirun.Runtime;

namespace Minirun.Cli.Output;

/// <summary>
/// --format: text with {{.Field.Of.A.Field}}, {{json .Field}} and {{index .Labels "name"}}, as much of Go's templates as people write
/// there. A field that is not there is an error, not a blank: most are misspelt.
/// </summary>
internal static class Template
{
    /// <summary>
    /// Whether it is a template at all, with fields that are there: said before anything is done, and not when there is something to show.
    /// </summary>
    /// <param name="template">Text with fields.</param>
    /// <param name="sample">A record with all fields; one below an empty map may be there. Null: any field may.</param>
    /// <exception cref="UserError">It is none, or names what is not there.</exception>
    public static void Check(string template, JsonObject? sample) => Fill(template, sample, isSample: true);

    /// <exception cref="UserError">It is no template, or names what is not there.</exception>
    public static string Fill(string template, JsonNode? data) => Fill(template, data, isSample: false);

    private static string Fill(string template, JsonNode? data, bool isSample)
    {
        var text = new StringBuilder();
        bool terminal = Screen.Out.IsTerminal;
        for (int at = 0; at < template.Length;)
        {
            int open = template.IndexOf("{{", at, StringComparison.Ordinal);
            if (open < 0) open = template.Length;
            text.Append(Unescape(template[at..open]));
            if (open == template.Length) break;
            int close = template.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0) throw new UserError($"--format '{template}': '{{{{' without '}}}}'", "write {{.Field}}");
            string value = Value(template[(open + 2)..close].Trim().Trim('-').Trim(), new Record(data, isSample));
            // A script gets what is there, to the byte; a person's terminal does not.
            text.Append(terminal ? SafeText.Of(value) : value);
            at = close + 2;
        }
        return text.ToString();
    }

    private static string Value(string expression, Record data)
    {
        string[] words = Words(expression);
        return words switch
        {
            ["json", var path] => data.Find(path)?.ToJsonString() ?? "null",
            ["index", var path, var key] => Plain((data.Find(path) as JsonObject)?[key.Trim('"')]),
            ["len", var path] => Length(data.Find(path)).ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["upper", var path] => Plain(data.Find(path)).ToUpperInvariant(),
            ["lower", var path] => Plain(data.Find(path)).ToLowerInvariant(),
            [var path] when path.StartsWith('.') => Plain(data.Find(path)),
            _ => throw new UserError($"--format: {{{{{expression}}}}}: not understood",
                "{{.Field}}, {{json .Field}}, {{index .Labels \"name\"}}, {{len .Field}}, {{upper .Field}}, {{lower .Field}}"),
        };
    }

    private static string[] Words(string expression)
    {
        List<string> words = [];
        bool quoted = false;
        var word = new StringBuilder();
        foreach (char c in expression)
        {
            if (c == '"') quoted = !quoted;
            if (c != ' ' || quoted)
            {
                word.Append(c);
                continue;
            }
            if (word.Length > 0) words.Add(word.ToString());
            word.Clear();
        }
        if (word.Length > 0) words.Add(word.ToString());
        return [.. words];
    }

    /// <param name="Data">Null: nothing is known of it.</param>
    /// <param name="IsSample">Its empty maps may have anything.</param>
    private readonly record struct Record(JsonNode? Data, bool IsSample)
    {
        public JsonNode? Find(string path)
        {
            if (Data is null) return null;
            JsonNode? node = Data;
            foreach (string name in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
            {
                if (IsSample && node is JsonObject { Count: 0 }) return null;
                if (node is not JsonObject map || !map.TryGetPropertyValue(name, out JsonNode? next))
                    throw new UserError($"--format: {path}: there is no field {name}", Fields(node));
                node = next;
            }
            return node;
        }

        private static string Fields(JsonNode? node) => node is JsonObject { Count: > 0 } map
            ? "there are " + string.Join(", ", map.Select(each => each.Key))
            : "see `minirun inspect` without --format";
    }

    private static int Length(JsonNode? node) =>
        node switch { JsonArray list => list.Count, JsonObject map => map.Count, _ => Plain(node).Length };

    /// <summary>As Go prints it: a string without quotes, a list in brackets.</summary>
    private static string Plain(JsonNode? node) => node switch
    {
        null => "<no value>",
        JsonArray list => "[" + string.Join(' ', list.Select(Plain)) + "]",
        JsonObject map => "map["
            + string.Join(' ', map.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => $"{each.Key}:{Plain(each.Value)}"))
            + "]",
        JsonValue value when value.TryGetValue(out string? text) => text,
        _ => node.ToJsonString(),
    };

    private static string Unescape(string text) =>
        text.Replace("\\t", "\t", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal);
}
