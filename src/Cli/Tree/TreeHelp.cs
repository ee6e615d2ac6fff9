using System.CommandLine;
using System.CommandLine.Invocation;
using Minirun.Cli.Output;
using Minirun.Cli.Verbs;
using Minirun.Cli.Verbs.Run;
using Minirun.Runtime;

namespace Minirun.Cli.Tree;

/// <summary><c>--help</c>: docker's layout over the library's tree.</summary>
internal sealed class TreeHelp : SynchronousCommandLineAction
{
    private const int Column = 17;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult) =>
        PrintFor(parseResult.RootCommandResult.Command, parseResult.CommandResult.Command.Name);

    /// <summary><c>minirun help COMMAND</c>.</summary>
    public static int PrintFor(Command root, string? verb)
    {
        if (verb is null || verb == root.Name) return Print(root);
        if (verb == "run") return RunHelp.Print();
        if (EngineVerbs.Find(verb) is { } word) return EngineProgram.Execute(word, ["--help"]);
        if (root.Subcommands.FirstOrDefault(command => command.Name == verb) is { } found) return Print(root, found);
        string? closest = Spelling.Closest(verb, root.Subcommands.Select(command => command.Name));
        throw new UserError($"help: unknown command '{verb}'",
            closest is null ? "`minirun --help` lists all commands" : $"did you mean: minirun help {closest}");
    }

    public static int Print(Command root)
    {
        HelpPage page = new HelpPage().Usage("minirun COMMAND").Blank().Text(root.Description!);
        Section("Containers", ["run"]);
        Section("Containers that live on (run -d)", [.. EngineTree.Build().Select(command => command.Name)]);
        Section("This machine and minirun itself", ["doctor", "version", "completion", "help"]);
        page.Section("Global options");
        AddOptions(page, root);
        return page.Text("""

            Try:
              minirun run rootfs-samples/busybox echo 'hello camp!'

            Run 'minirun COMMAND --help' for more information on a command.
            """).Print();

        void Section(string title, string[] verbs)
        {
            page.Section(title);
            foreach (Command command in verbs.Select(verb => root.Subcommands.First(each => each.Name == verb)))
                page.Entry(command.Name, command.Description!, Column);
        }
    }

    private static int Print(Command root, Command command)
    {
        string arguments = string.Concat(command.Arguments.Select(argument => $" [{argument.Name}]"));
        HelpPage page = new HelpPage().Usage($"minirun {command.Name} [OPTIONS]{arguments}").Blank().Text(command.Description + ".");
        if (command.Arguments.Count > 0) page.Blank();
        foreach (Argument argument in command.Arguments) page.Entry(argument.Name, argument.Description!, Column);
        page.Section("Options");
        AddOptions(page, command);
        page.Entry("-h, --help", root.Options.First(option => option.Name == "--help").Description!, Column);
        if (Epilogue(command.Name) is { } text) page.Blank().Text(text);
        return page.Print();
    }

    private static void AddOptions(HelpPage page, Command command)
    {
        foreach (Option option in command.Options)
            page.Entry((option.Aliases.FirstOrDefault(alias => alias.Length == 2) is { } brief ? brief + ", " : "    ") + option.Name,
                option.Description!, Column);
    }

    private static string? Epilogue(string verb) => verb switch
    {
        "doctor" => "Exit status: 0 when `minirun run` will work here, else 1.",
        "completion" => """
            For this shell:
              source <(minirun completion bash)
            For every one:
              minirun completion bash >~/.local/share/bash-completion/completions/minirun
              minirun completion zsh >DIRECTORY-OF-$fpath/_minirun
              minirun completion fish >~/.config/fish/completions/minirun.fish
            """,
        _ => null,
    };
}
