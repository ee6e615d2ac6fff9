using System.Text.RegularExpressions;
using Minirun.Runtime;

namespace Minirun.Engine.Logs;

/// <summary>Which labels and variables of a container go along with its lines: log opts labels, labels-regex, env, env-regex.</summary>
internal static class LogAttributes
{
    public static readonly string[] Options = ["labels", "labels-regex", "env", "env-regex"];

    public static void Check(LogOptions options)
    {
        _ = Pattern(options, "labels-regex");
        _ = Pattern(options, "env-regex");
    }

    public static SortedDictionary<string, string> Of(LogOptions options, LogContext context)
    {
        SortedDictionary<string, string> chosen = new(StringComparer.Ordinal);
        Choose(chosen, context.Labels, options, "labels");
        if (options.Has("env") || options.Has("env-regex")) Choose(chosen, Variables(context), options, "env");
        return chosen;
    }

    private static void Choose(SortedDictionary<string, string> chosen, IReadOnlyDictionary<string, string> from, LogOptions options,
        string option)
    {
        foreach (string name in (options.Text(option) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
            if (from.TryGetValue(name, out string? value)) chosen[name] = value;
        if (Pattern(options, option + "-regex") is not { } pattern) return;
        foreach (var (name, value) in from)
            if (pattern.IsMatch(name)) chosen[name] = value;
    }

    private static Dictionary<string, string> Variables(LogContext context)
    {
        Dictionary<string, string> variables = [];
        foreach (string variable in context.Environment)
            if (variable.IndexOf('=') is > 0 and var equals) variables[variable[..equals]] = variable[(equals + 1)..];
        return variables;
    }

    private static Regex? Pattern(LogOptions options, string name)
    {
        if (options.Text(name) is not { Length: > 0 } pattern) return null;
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
        catch (RegexParseException error)
        {
            throw new UserError($"log opt {name}: not a regular expression, from character {error.Offset + 1} on: {pattern}",
                "those of .NET: ^(os|customer)$");
        }
    }
}
