using System.CommandLine;
using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Runtime;

namespace Minirun.Cli.Tree;

/// <summary>What is wrong with a command line, and what was probably meant.</summary>
internal static class TreeErrors
{
    private const string AllCommands = "`minirun --help` lists all commands";

    /// <summary>The first flag of <c>run</c> that it does not have.</summary>
    public static UserError UnknownRunFlag(RootCommand root, ReadOnlySpan<string> arguments)
    {
        try
        {
            RunParser.Parse(arguments);
        }
        catch (UnknownOptionException unknown)
        {
            Command run = root.Subcommands.First(command => command.Name == "run");
            return Unknown(run, unknown.Message);
        }
        throw new InvalidOperationException("run has no unknown flag");
    }

    public static UserError Explain(RootCommand root, ParseResult parsed, string[] arguments)
    {
        Command command = parsed.CommandResult.Command;
        string? word = parsed.UnmatchedTokens.Count > 0 ? parsed.UnmatchedTokens[0] : null;
        if (word is null) return new UserError(InContext(command, parsed.Errors[0].Message), Help(command));
        if (command == root) return UnknownCommand(root, word, arguments);
        return word is ['-', _, ..]
            ? Unknown(command, word)
            : new UserError(InContext(command, $"unexpected argument '{word}'"), Help(command));
    }

    private static UserError UnknownCommand(RootCommand root, string word, string[] arguments)
    {
        string meant = $"did you mean: minirun run {string.Join(' ', arguments)}";
        if (word.StartsWith('-'))
        {
            string name = word.Split('=')[0];
            bool isRuns = RunOptionTable.Find(name) is not null
                || (name is ['-', not '-', ..] && name.Skip(1).All(letter => RunOptionTable.Find(letter) is not null));
            return new UserError($"unknown flag {name}", isRuns ? meant : AllCommands);
        }
        if (word.Contains('/') || Directory.Exists(word)) return new UserError($"unknown command '{word}'", meant);
        string? closest = Spelling.Closest(word, root.Subcommands.Select(command => command.Name));
        return new UserError($"unknown command '{word}'",
            closest is null
                ? AllCommands
                : $"did you mean: minirun {string.Join(' ', arguments.Prepend(closest).Where((_, at) => at != 1))}");
    }

    private static UserError Unknown(Command command, string argument)
    {
        string flag = argument.Split('=')[0];
        string help = Help(command);
        if (!flag.StartsWith("--", StringComparison.Ordinal))
        {
            if (flag.Skip(1).FirstOrDefault(each => RunTree.Find(command, "-" + each) is null) is not (not '\0' and var unknown))
                return Behind(command, argument, flag);
            string letter = "-" + unknown;
            string text = letter == argument ? $"unknown flag {letter}" : $"unknown flag {letter} in {argument}";
            return new UserError(InContext(command, text),
                RunTree.Find(command, "-" + flag) is null ? help : $"did you mean -{flag}? {help}");
        }
        // The library has it, and took the command's name for its value's end: minirun --rm run.
        if (RunTree.Find(command, flag) is not null) return Behind(command, argument, flag);
        // Letters behind one dash too many: --it.
        if (flag.Length <= 4 && flag.Skip(2).All(each => RunTree.Find(command, "-" + each) is not null))
            return new UserError(InContext(command, $"unknown flag {flag}"), $"did you mean {flag[1..]}? {help}");
        string? closest = Spelling.Closest(flag,
            command.Options.SelectMany(option => option.Aliases.Append(option.Name))
                .Where(name => name.StartsWith("--", StringComparison.Ordinal)));
        return new UserError(InContext(command, $"unknown flag {flag}"), closest is null ? help : $"did you mean {closest}? {help}");
    }

    private static UserError Behind(Command command, string argument, string flag) =>
        new($"{flag} is a flag of {command.Name}, and stands behind it", $"write minirun {command.Name} {argument} …");

    private static string InContext(Command command, string message) => command is RootCommand ? message : $"{command.Name}: {message}";

    private static string Help(Command command) =>
        command is RootCommand ? AllCommands : $"`minirun {command.Name} --help` lists all flags";
}
