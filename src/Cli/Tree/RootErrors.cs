using System.CommandLine;
using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Runtime;

namespace Minirun.Cli.Tree;

/// <summary>What is wrong with a command line that begins with no verb, and what was probably meant.</summary>
internal static class RootErrors
{
    private const string AllCommands = "`minirun --help` lists all commands";

    public static UserError Explain(RootCommand root, ParseResult parsed, string[] arguments)
    {
        Command command = parsed.CommandResult.Command;
        if (parsed.UnmatchedTokens.Count == 0) return new UserError(parsed.Errors[0].Message, AllCommands);
        string word = parsed.UnmatchedTokens[0];
        // The library has the flag, and took the verb's name for its value's end: minirun --rm run.
        if (command != root && VerbTable.Find([command.Name], out _) is { } verb && FlagErrors.Knows(verb.Flags, word))
            return FlagErrors.Behind(verb.Name, word);
        return UnknownCommand(root, word, arguments);
    }

    private static UserError UnknownCommand(RootCommand root, string word, string[] arguments)
    {
        string meant = $"did you mean: minirun run {string.Join(' ', arguments)}";
        if (word.StartsWith('-'))
            return new UserError($"unknown flag {word.Split('=')[0]}", FlagErrors.Knows(RunFlags.All, word) ? meant : AllCommands);
        if (word.Contains('/') || Directory.Exists(word)) return new UserError($"unknown command '{word}'", meant);
        string? closest = Spelling.Closest(word, root.Subcommands.Select(command => command.Name));
        return new UserError($"unknown command '{word}'",
            closest is null
                ? AllCommands
                : $"did you mean: minirun {string.Join(' ', arguments.Prepend(closest).Where((_, at) => at != 1))}");
    }
}
