using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Cli.Verbs;
using Minirun.Engine.Events;
using Minirun.Runtime;

namespace Minirun.Cli.Tree;

/// <summary>Carries out a verb of <see cref="VerbTable"/>.</summary>
internal static class VerbProgram
{
    /// <exception cref="UserError">A flag or word that cannot be, or what the verb says.</exception>
    public static int Execute(ReadOnlySpan<string> arguments)
    {
        EngineEvents.Warn = Message.Warning;
        if (VerbTable.Find(arguments, out int taken) is not { } verb) return Explain(arguments[0], arguments[1..]);
        ReadOnlySpan<string> rest = arguments[taken..];
        try
        {
            return verb.Raw is { } raw && rest is not ["--help", ..] ? raw(rest) : Execute(verb, rest);
        }
        catch (UnknownFlagException unknown)
        {
            throw FlagErrors.Unknown(verb.Name, verb.Flags, unknown.Message);
        }
    }

    private static int Execute(MinirunVerb verb, ReadOnlySpan<string> rest)
    {
        try
        {
            VerbArguments words = Parse(verb, rest);
            if (words.WantsHelp) return VerbHelp.Print(verb);
            if (verb.Follows) OutputReader.EndWithIt();
            if (words.Text("format") is { } format) Template.Check(format, verb.Sample?.Invoke());
            return verb.Execute(words);
        }
        catch (UserError error) when (error.IsMissing)
        {
            return EachWord.Complain(error);
        }
        catch (UserError error) when (error.Hint is null)
        {
            throw new UserError($"{verb.Name}: {error.Message}", FlagErrors.Help(verb.Name), error.ExitCode);
        }
    }

    private static VerbArguments Parse(MinirunVerb verb, ReadOnlySpan<string> rest)
    {
        VerbArguments words;
        try
        {
            words = VerbArguments.Parse(rest, verb, Dialect.Docker);
        }
        catch (UserError error)
        {
            throw new UserError($"{verb.Name}: {error.Message}", error.Hint ?? FlagErrors.Help(verb.Name));
        }
        if (words.WantsHelp) return words;
        string? wrong = words.Words.Count < verb.Minimum ? "too few arguments"
            : verb.Maximum >= 0 && words.Words.Count > verb.Maximum ? $"unexpected argument '{words.Words[verb.Maximum]}'"
            : null;
        return wrong is null ? words : throw new UserError($"{verb.Name}: {wrong}", $"usage: {VerbHelp.Usage(verb)}");
    }

    /// <summary>What a verb acts on, without the verb.</summary>
    private static int Explain(string noun, ReadOnlySpan<string> rest) => rest is ["--help"] or ["-h"]
        ? VerbHelp.PrintNoun(noun)
        : throw new UserError(rest.Length == 0 ? $"{noun}: no command given" : $"{noun}: unknown command '{rest[0]}'",
            $"`minirun {noun} --help` lists them");
}
