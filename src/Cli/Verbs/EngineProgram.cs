using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Engine.Events;
using Minirun.Runtime;

namespace Minirun.Cli.Verbs;

/// <summary>Carries out a verb of <see cref="EngineVerbs"/>.</summary>
internal static class EngineProgram
{
    private const int VerbColumn = 14;

    /// <exception cref="UserError">A flag or word that cannot be, or what the verb says.</exception>
    public static int Execute(string word, ReadOnlySpan<string> rest)
    {
        EngineEvents.Warn = Message.Warning;
        (EngineVerb? chosen, int taken) = EngineVerbs.Choose(word, rest);
        if (chosen is not { } verb)
            return rest is ["--help"] or ["-h"]
                ? Help(word)
                : throw new UserError(rest.Length == 0 ? $"{word}: what of it?" : $"{word}: unknown command '{rest[0]}'",
                    $"`minirun {word} --help` lists them");
        rest = rest[taken..];
        if (verb.Raw is { } raw && rest is not (["--help", ..] or ["-h", ..])) return raw(rest);
        var words = new VerbArguments();
        try
        {
            words.Words.AddRange(rest[words.Take(rest, verb.Flags, verb.FlagsAfterWords)..]);
        }
        catch (UserError error)
        {
            const string unknown = "flag provided but not defined: -";
            if (error.Message.StartsWith(unknown, StringComparison.Ordinal))
            {
                string flag = error.Message[unknown.Length..];
                string? closest = Spelling.Closest(flag, verb.Flags.Select(each => each.Name));
                throw new UserError($"{verb.Name}: unknown flag {(flag.Length == 1 ? "-" : "--")}{flag}",
                    closest is null ? $"`minirun {verb.Name} --help` lists the flags" : $"did you mean: --{closest}");
            }
            throw new UserError($"{verb.Name}: {error.Message}", error.Hint ?? $"`minirun {verb.Name} --help` lists the flags");
        }
        if (words.WantsHelp) return Help(verb);
        string? wrong = words.Words.Count < verb.Minimum ? "too few arguments"
            : verb.Maximum >= 0 && words.Words.Count > verb.Maximum ? $"unexpected argument '{words.Words[verb.Maximum]}'"
            : null;
        string usage = $"minirun {verb.Name} [OPTIONS] {verb.Arguments}".TrimEnd();
        if (wrong is not null) throw new UserError($"{verb.Name}: {wrong}", $"usage: {usage}");
        if (verb.Follows) OutputReader.EndWithIt();
        try
        {
            if (words.Text("format") is { } format) Template.Check(format, verb.Sample?.Invoke());
            return verb.Execute(words);
        }
        catch (UserError error) when (error.IsMissing)
        {
            return EachWord.Complain(error);
        }
        catch (UserError error) when (error.Hint is null)
        {
            throw new UserError($"{verb.Name}: {error.Message}", $"`minirun {verb.Name} --help` lists the flags", error.ExitCode);
        }
    }

    private static int Help(string group)
    {
        HelpPage page = new HelpPage().Usage($"minirun {group} COMMAND");
        page.Section("Commands");
        foreach (EngineVerb verb in EngineVerbs.All)
            if (verb.Name.StartsWith(group + " ", StringComparison.Ordinal))
                page.Entry(verb.Name[(group.Length + 1)..], verb.Summary, VerbColumn);
        return page.Print();
    }

    private static int Help(EngineVerb verb)
    {
        HelpPage page = new HelpPage().Usage($"minirun {verb.Name} [OPTIONS] {verb.Arguments}".TrimEnd());
        page.Blank().Text($"{char.ToUpperInvariant(verb.Summary[0])}{verb.Summary[1..]}.");
        if (verb.Raw is not null) return page.Blank().Text("The options are those of `minirun run`: see `minirun run --help`.").Print();
        if (verb.Flags.Length == 0) return page.Print();
        page.Section("Options");
        foreach (VerbFlag flag in verb.Flags) page.Entry(flag.Usage, flag.Help);
        return page.Print();
    }
}
