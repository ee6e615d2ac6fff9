using Minirun.Runtime;

namespace Minirun.Cli.CommandLine;

/// <summary>What was given to a verb: flags with their values, and words.</summary>
internal sealed class VerbArguments
{
    private readonly List<(Flag Flag, string Value)> _flags;

    private VerbArguments(List<(Flag, string)> flags) => _flags = flags;

    public List<string> Words { get; } = [];
    public bool WantsHelp { get; private init; }

    /// <summary>Sorts <paramref name="arguments"/> as <paramref name="verb"/> has them.</summary>
    /// <exception cref="UnknownFlagException">A flag is not in the list (docker's dialect).</exception>
    /// <exception cref="UserError">A flag that is not in the list, or without its value.</exception>
    public static VerbArguments Parse(ReadOnlySpan<string> arguments, Verb verb, Dialect dialect)
    {
        List<string> words = [];
        VerbArguments parsed = Parse(arguments, verb.Flags, dialect, verb.Name, verb.FlagsAfterWords ? words : null, out int taken);
        parsed.Words.AddRange(words);
        parsed.Words.AddRange(arguments[taken..]);
        return parsed;
    }

    /// <summary>Takes the flags that stand before a verb, and says how many words that were.</summary>
    /// <exception cref="UserError">A flag that is not in the list, or without its value.</exception>
    public static VerbArguments ParseBefore(ReadOnlySpan<string> arguments, Flag[] flags, out int taken) =>
        Parse(arguments, flags, Dialect.Runc, "", null, out taken);

    /// <summary>The flag's value; null when it was not given.</summary>
    public string? Text(string name)
    {
        for (int i = _flags.Count - 1; i >= 0; i--)
            if (_flags[i].Flag.Name == name) return _flags[i].Value;
        return null;
    }

    /// <summary>All values of a flag that may be given again.</summary>
    public IEnumerable<string> All(string name)
    {
        foreach (var (flag, value) in _flags)
            if (flag.Name == name) yield return value;
    }

    public bool Has(string name) => Text(name) == "true";

    /// <summary>A whole number; <paramref name="otherwise"/> when the flag was not given.</summary>
    /// <exception cref="UserError">It is none, or negative.</exception>
    public int Number(string name, int otherwise)
    {
        if (Text(name) is not { } text) return otherwise;
        int number = 0;
        foreach (char c in text)
        {
            if (!char.IsAsciiDigit(c) || number > 100_000_000) throw NoNumber(name, text);
            number = number * 10 + c - '0';
        }
        return text.Length > 0 ? number : throw NoNumber(name, text);
    }

    private static VerbArguments Parse(
        ReadOnlySpan<string> arguments, Flag[] flags, Dialect dialect, string verb, List<string>? words, out int taken)
    {
        var parser = new FlagParser(flags, dialect, verb);
        taken = parser.Take(arguments, words);
        foreach (var (flag, value) in parser.Given)
            if (flag.Value == Flag.Number && !IsNumber(value)) throw NoNumber(flag.Name, value);
        return new VerbArguments(parser.Given) { WantsHelp = parser.WantsHelp };
    }

    private static bool IsNumber(string text)
    {
        int digits = text.StartsWith('-') ? 1 : 0;
        return text.Length > digits && text.AsSpan(digits).IndexOfAnyExceptInRange('0', '9') < 0;
    }

    private static UserError NoNumber(string name, string text) =>
        UserError.AsRunc($"invalid value \"{text}\" for flag -{name}: parse error");
}
