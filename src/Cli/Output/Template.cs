using System.Text;
using System.Text.Json.Nodes;
using Minirun.Runtime;

namespace Minirun.Cli.Output;

/// <summary>
/// --format: text with {{.Field.Of.A.Field}}, {{json .Field}} and {{index .Labels "name"}}, as much of Go's templates as people write there.
/// A field that is not there is an error, not a blank: most are misspelt.
/// </summary>
internal static class Template
{
    /// <summary>Whether it is a template at all: said before anything is done, and not when there is something to show.</summary>
    /// <exception cref="UserError">It is none.</exception>
    public static void Check(string template) => Fill(template, null);

    /// <exception cref="UserError">It is no template, or names what is not there.</exception>
    public static string Fill(string template, JsonNode? data)
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
            string value = Value(template[(open + 2)..close].Trim().Trim('-').Trim(), data);
            // A script gets what is there, to the byte; a person's terminal does not.
            text.Append(terminal ? SafeText.Of(value) : value);
            at = close + 2;
        }
        return text.ToString();
    }

    private static string Value(string expression, JsonNode? data)
    {
        string[] words = Words(expression);
        return words switch
        {
            ["json", var path] => Find(path, data)?.ToJsonString() ?? "null",
            ["index", var path, var key] => Plain((Find(path, data) as JsonObject)?[key.Trim('"')]),
            ["len", var path] => (Find(path, data) switch { JsonArray list => list.Count, JsonObject map => map.Count, var one => Plain(one).Length }).ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["upper", var path] => Plain(Find(path, data)).ToUpperInvariant(),
            ["lower", var path] => Plain(Find(path, data)).ToLowerInvariant(),
            [var path] when path.StartsWith('.') => Plain(Find(path, data)),
            _ => throw new UserError($"--format: {{{{{expression}}}}}: not understood", "{{.Field}}, {{json .Field}}, {{index .Labels \"name\"}}, {{len .Field}}, {{upper .Field}}, {{lower .Field}}"),
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

    private static JsonNode? Find(string path, JsonNode? data)
    {
        if (data is null) return null;
        JsonNode? node = data;
        foreach (string name in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            if (node is not JsonObject map || !map.TryGetPropertyValue(name, out JsonNode? next))
                throw new UserError($"--format: {path}: there is no field {name}", node is JsonObject { Count: > 0 } there ? "there are " + string.Join(", ", there.Select(each => each.Key)) : "see `minirun inspect` without --format");
            node = next;
        }
        return node;
    }

    /// <summary>As Go prints it: a string without quotes, a list in brackets.</summary>
    private static string Plain(JsonNode? node) => node switch
    {
        null => "<no value>",
        JsonArray list => "[" + string.Join(' ', list.Select(Plain)) + "]",
        JsonObject map => "map[" + string.Join(' ', map.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => $"{each.Key}:{Plain(each.Value)}")) + "]",
        JsonValue value when value.TryGetValue(out string? text) => text,
        _ => node.ToJsonString(),
    };

    private static string Unescape(string text) => text.Replace("\\t", "\t", StringComparison.Ordinal).Replace("\\n", "\n", StringComparison.Ordinal);
}
