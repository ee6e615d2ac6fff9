using Minirun.Runtime;

namespace Minirun.Cli.CommandLine;

/// <summary>
/// Words sorted into flags and arguments as runc sorts them: --flag v, --flag=v, -flag v, -f v, and switches with or without =true|false.
/// The last of several wins, but for flags that make a list.
/// </summary>
internal sealed class VerbArguments
{
    /// <summary>The name of a value that is a whole number.</summary>
    private const string Whole = "N";
    private readonly List<(string Name, string Value)> _flags = [];

    public List<string> Words { get; } = [];
    public bool WantsHelp { get; set; }

    /// <summary>Sorts <paramref name="arguments"/>; gives how many it took: all of them, or those before the first word.</summary>
    /// <exception cref="UserError">A flag that is not in the list, or without its value.</exception>
    public int Take(ReadOnlySpan<string> arguments, VerbFlag[] flags, bool flagsAfterWords)
    {
        for (int at = 0; at < arguments.Length; at++)
        {
            string argument = arguments[at];
            if (argument == "--")
            {
                Words.AddRange(arguments[(at + 1)..]);
                return arguments.Length;
            }
            if (argument.Length < 2 || argument[0] != '-')
            {
                if (!flagsAfterWords) return at;
                Words.Add(argument);
                continue;
            }
            if (TakeFlag(argument, at + 1 < arguments.Length ? arguments[at + 1] : null, flags)) at++;
        }
        return arguments.Length;
    }

    /// <summary>The flag's value; null when it was not given.</summary>
    public string? Text(string name)
    {
        for (int i = _flags.Count - 1; i >= 0; i--)
            if (_flags[i].Name == name) return _flags[i].Value;
        return null;
    }

    /// <summary>All values of a flag that may be given again.</summary>
    public IEnumerable<string> All(string name)
    {
        foreach (var (flag, value) in _flags)
            if (flag == name) yield return value;
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

    private static bool IsNumber(string text)
    {
        int digits = text.StartsWith('-') ? 1 : 0;
        return text.Length > digits && text.AsSpan(digits).IndexOfAnyExceptInRange('0', '9') < 0;
    }

    private static UserError NoNumber(string name, string text) =>
        UserError.AsRunc($"invalid value \"{text}\" for flag -{name}: parse error");

    /// <summary>True when the next word was the value.</summary>
    private bool TakeFlag(string argument, string? next, VerbFlag[] flags)
    {
        int dashes = argument[1] == '-' ? 2 : 1, equals = argument.IndexOf('=');
        string name = equals < 0 ? argument[dashes..] : argument[dashes..equals];
        if (name is "help" or "h")
        {
            WantsHelp = true;
            return false;
        }
        if (Find(name, flags) is not { } flag)
        {
            if (dashes == 2 || !TakeLetters(argument[1..], flags)) throw UserError.AsRunc($"flag provided but not defined: -{name}");
            return false;
        }
        if (flag.Value is null)
        {
            Add(flag, equals < 0 ? "true" : Bool(argument[(equals + 1)..], name));
            return false;
        }
        string value = equals >= 0 ? argument[(equals + 1)..] : next ?? throw UserError.AsRunc($"flag needs an argument: -{name}");
        if (flag.Value == Whole && !IsNumber(value)) throw NoNumber(name, value);
        Add(flag, value);
        return equals < 0;
    }

    /// <summary>Letters written together, as crun takes them: -dt, -b/some/bundle.</summary>
    private bool TakeLetters(string letters, VerbFlag[] flags)
    {
        for (int i = 0; i < letters.Length; i++)
        {
            if (Find(letters[i..(i + 1)], flags) is not { } flag || (flag.Value is not null && i + 1 == letters.Length)) return false;
            Add(flag, flag.Value is null ? "true" : letters[(i + 1)..]);
            if (flag.Value is not null) return true;
        }
        return true;
    }

    private void Add(VerbFlag flag, string value) => _flags.Add((flag.Name, value));

    private static VerbFlag? Find(string name, VerbFlag[] flags)
    {
        foreach (VerbFlag flag in flags)
            if (flag.Name == name || (name.Length == 1 && name[0] == flag.Letter)) return flag;
        return null;
    }

    private static string Bool(string text, string name) => text switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => "true",
        "0" or "f" or "F" or "false" or "FALSE" or "False" => "false",
        _ => throw UserError.AsRunc($"invalid boolean value \"{text}\" for -{name}: parse error"),
    };
}
