using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Minirun.Cli.Verbs.Machine;

namespace Minirun.Cli.Tree;

/// <summary>What begins with no verb, by the library: --help and --version, completion, and what was probably meant.</summary>
internal static class CommandTree
{
    public static int Execute(string[] arguments)
    {
        if (arguments is []) return VerbHelp.Print();
        // docker's letter for it; with more behind it, it is a flag of run that stands in the wrong place.
        if (arguments is ["-v"]) arguments = ["--version"];
        RootCommand root = Build();
        // Not through the parser: the words to complete are no arguments of ours.
        if (arguments is [Completion.HiddenVerb, ..]) return Completion.Suggest(root, arguments.AsSpan(1));
        // A word that begins with @ is a word, not a file of more arguments.
        ParseResult parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0 || parsed.Action is null) throw RootErrors.Explain(root, parsed, arguments);
        return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    private static RootCommand Build()
    {
        var root = new RootCommand(VerbHelp.Title);
        foreach (Command verb in VerbTree.Build()) root.Add(verb);
        // Directives of the library ([diagram] and so on) are for those who debug a parser.
        root.Directives.Clear();
        foreach (Option option in root.Options)
        {
            if (option is HelpOption help)
            {
                help.Description = "Show help";
                help.Action = new Help();
                help.Aliases.Clear();
                help.Aliases.Add("-h");
            }
            if (option is VersionOption version)
            {
                version.Description = "Show the version";
                version.Action = new VersionLine();
            }
        }
        root.SetAction(_ => VerbHelp.Print());
        return root;
    }

    private sealed class Help : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult) =>
            parseResult.CommandResult.Command is { } command and not RootCommand ? VerbHelp.Print([command.Name]) : VerbHelp.Print();
    }

    private sealed class VersionLine : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult) => VersionVerb.PrintLine();
    }
}
