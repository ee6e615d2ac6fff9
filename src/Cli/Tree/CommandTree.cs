using System.CommandLine;
using System.CommandLine.Help;
using Minirun.Cli.Output;
using Minirun.Cli.Verbs.Machine;

namespace Minirun.Cli.Tree;

/// <summary>
/// All verbs, as the library knows them: it parses all but a well-formed <c>run</c>, and is asked for help and completion.
/// </summary>
internal static class CommandTree
{
    /// <summary>Carries out anything but <c>run</c>; of <c>run</c>, says what is wrong with its flags.</summary>
    public static int Execute(string[] arguments)
    {
        try
        {
            return Execute(Build(), arguments);
        }
        catch (Exception error) when (Message.Has(error))
        {
            // Main comes here from a catch of its own, which catches nothing more.
            return Message.Print(error);
        }
    }

    private static int Execute(RootCommand root, string[] arguments)
    {
        if (arguments is []) return TreeHelp.Print(root);
        // docker's letter for it; with more behind it, it is a flag of run that stands in the wrong place.
        if (arguments is ["-v"]) arguments = ["--version"];
        if (arguments is ["run", ..]) throw TreeErrors.UnknownRunFlag(root, arguments.AsSpan(1));
        // Not through the parser: the words to complete are no arguments of ours.
        if (arguments is [CompletionCommand.HiddenVerb, ..]) return CompletionCommand.Suggest(root, arguments.AsSpan(1));
        // A word that begins with @ is a word, not a file of more arguments.
        ParseResult parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0) throw TreeErrors.Explain(root, parsed, arguments);
        return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    private static RootCommand Build()
    {
        var root = new RootCommand("Containers in milliseconds, explained.")
        {
            RunTree.Build(), Doctor(), Version(), Completion(), Help(),
        };
        foreach (Command verb in EngineTree.Build()) root.Add(verb);
        // Directives of the library ([diagram] and so on) are for those who debug a parser.
        root.Directives.Clear();
        foreach (Option option in root.Options)
        {
            if (option is HelpOption help)
            {
                help.Description = "Show help";
                help.Action = new TreeHelp();
                help.Aliases.Clear();
                help.Aliases.Add("-h");
            }
            if (option is VersionOption version)
            {
                version.Description = "Show the version";
                version.Action = new VersionCommand();
            }
        }
        root.SetAction(_ => TreeHelp.Print(root));
        return root;
    }

    private static Command Doctor()
    {
        var json = new Option<bool>("--json") { Description = "As a JSON array" };
        var command = new Command("doctor", "Check what this machine lets minirun do, and say how to mend it") { json };
        command.SetAction(parsed => DoctorCommand.Execute(parsed.GetValue(json)));
        return command;
    }

    private static Command Version()
    {
        var json = new Option<bool>("--json") { Description = "As a JSON object" };
        var command = new Command("version", "Show the version of minirun and what it runs on") { json };
        command.SetAction(parsed => VersionCommand.Print(parsed.GetValue(json)));
        return command;
    }

    private static Command Completion()
    {
        var shell = new Argument<string?>("SHELL") { Description = "bash, zsh or fish", Arity = ArgumentArity.ZeroOrOne };
        shell.CompletionSources.Add("bash", "zsh", "fish");
        var command = new Command("completion", "Print a completion script for a shell") { shell };
        command.SetAction(parsed => CompletionCommand.PrintScript(parsed.GetValue(shell)));
        return command;
    }

    private static Command Help()
    {
        var verb = new Argument<string?>("COMMAND") { Description = "The command to explain", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("help", "Show help for a command") { verb };
        verb.CompletionSources.Add("run", "doctor", "version", "completion");
        command.SetAction(parsed => TreeHelp.PrintFor(parsed.RootCommandResult.Command, parsed.GetValue(verb)));
        return command;
    }
}
