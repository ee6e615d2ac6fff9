using Minirun.Runtime;

namespace Minirun.Cli.CommandLine;

/// <summary>
/// Sorts words into flags with their values and other words, for all verbs: one pass by hand, since a command-line library costs more than
/// the clone (docs/decisions/0006). In both dialects a switch takes =true and =false, and -- ends the flags.
/// </summary>
internal sealed class FlagParser(Flag[] flags, Dialect dialect, string verb)
{
    public List<(Flag Flag, string Value)> Given { get; } = [];

    public bool WantsHelp { get; private set; }

    /// <summary>Gives the place of the first word that is neither flag nor value, nor was taken.</summary>
    /// <param name="arguments">The words.</param>
    /// <param name="words">Takes the words between flags; null: flags end at the first of them.</param>
    /// <exception cref="UnknownFlagException">A flag is not in the table (docker's dialect).</exception>
    /// <exception cref="UserError">A flag has no value, or one it cannot take.</exception>
    public int Take(ReadOnlySpan<string> arguments, List<string>? words)
    {
        for (int at = 0; at < arguments.Length; at++)
        {
            string argument = arguments[at];
            if (argument == "--") return at + 1;
            if (argument.Length < 2 || argument[0] != '-')
            {
                if (words is null) return at;
                words.Add(argument);
                continue;
            }
            if (IsHelp(argument))
            {
                WantsHelp = true;
                return at;
            }
            if (TakeFlag(argument, at + 1 < arguments.Length ? arguments[at + 1] : null)) at++;
        }
        return arguments.Length;
    }

    private bool IsHelp(string argument) =>
        argument == "--help" || (argument == "-h" && Find('h') is null) || (dialect == Dialect.Runc && argument == "-help");

    /// <summary>True when the next word was the value.</summary>
    private bool TakeFlag(string argument, string? next)
    {
        int dashes = argument[1] == '-' ? 2 : 1, equals = argument.IndexOf('=');
        ReadOnlySpan<char> name = equals < 0 ? argument.AsSpan(dashes) : argument.AsSpan(dashes, equals - dashes);
        Flag? flag = dashes == 2 || dialect == Dialect.Runc ? Find(name) : null;
        if (flag is null) return dashes == 1 ? TakeLetters(argument, next) : throw Unknown(argument);
        if (equals >= 0) Given.Add((flag, Assigned(flag, argument[dashes..equals], argument[(equals + 1)..])));
        else if (flag.Value is null || flag.ValueIsOptional) Given.Add((flag, "true"));
        else
        {
            Given.Add((flag, next ?? throw Missing(flag, argument)));
            return true;
        }
        return false;
    }

    /// <summary>-it, -e NAME, -eNAME, -e=NAME: letters of switches may stand together, the last may have a value.</summary>
    private bool TakeLetters(string argument, string? next)
    {
        for (int i = 1; i < argument.Length; i++)
        {
            Flag flag = Find(argument[i]) ?? throw Unknown(argument);
            string rest = argument[(i + 1)..];
            if (flag.Value is null)
            {
                bool assigned = rest.StartsWith('=');
                Given.Add((flag, assigned ? Assigned(flag, argument[i..(i + 1)], rest[1..]) : "true"));
                if (assigned) return false;
                continue;
            }
            if (rest.Length > 0) Given.Add((flag, rest.StartsWith('=') ? rest[1..] : rest));
            else Given.Add((flag, next ?? throw Missing(flag, "-" + argument[i])));
            return rest.Length == 0;
        }
        return false;
    }

    private Flag? Find(ReadOnlySpan<char> name)
    {
        foreach (Flag flag in flags)
            if (flag.Is(name)) return flag;
        return null;
    }

    private Flag? Find(char letter)
    {
        foreach (Flag flag in flags)
            if (flag.Letter == letter) return flag;
        return null;
    }

    /// <summary>The value after =, which a switch has only two of.</summary>
    private string Assigned(Flag flag, string name, string value)
    {
        if (flag.Value is not null) return value;
        if (Flag.Truth(value) is { } truth) return truth ? "true" : "false";
        throw dialect == Dialect.Runc
            ? UserError.AsRunc($"invalid boolean value \"{value}\" for -{name}: parse error")
            : new UserError($"{flag.Long}={value}: neither true nor false", $"write {flag.Long}, {flag.Long}=true or {flag.Long}=false");
    }

    /// <param name="flag">The flag.</param>
    /// <param name="typed">As it was written, with its dashes.</param>
    private UserError Missing(Flag flag, string typed) => dialect == Dialect.Runc
        ? UserError.AsRunc($"flag needs an argument: -{typed.TrimStart('-')}")
        : new UserError($"{typed} needs a value: {flag.Value}", $"write {typed} {flag.Value}; `minirun {verb} --help` lists all flags");

    private Exception Unknown(string argument) => dialect == Dialect.Runc
        ? UserError.AsRunc($"flag provided but not defined: -{argument.TrimStart('-').Split('=')[0]}")
        : new UnknownFlagException(argument);
}

/// <summary>A flag that a verb does not have; what was meant is found by those who have the time.</summary>
internal sealed class UnknownFlagException(string argument) : Exception(argument);
