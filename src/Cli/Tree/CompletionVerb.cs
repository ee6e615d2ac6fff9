using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Cli.Verbs;
using Minirun.Runtime;

namespace Minirun.Cli.Tree;

/// <summary><c>completion SHELL</c>: prints a script, which asks <see cref="Completion"/>.</summary>
internal static class CompletionVerb
{
    public static MinirunVerb Verb() => new("[SHELL]", "print a completion script for a shell", [], Print)
    {
        Minimum = 0,
        Maximum = 1,
        Choices = "bash zsh fish",
        Notes = """
            SHELL is bash, zsh or fish. For this shell:
              source <(minirun completion bash)
            For every one:
              minirun completion bash >~/.local/share/bash-completion/completions/minirun
              minirun completion zsh >DIRECTORY-OF-$fpath/_minirun
              minirun completion fish >~/.config/fish/completions/minirun.fish
            """,
    };

    private static int Print(VerbArguments words)
    {
        TextOutput.Line((words.Words is [var shell] ? shell : null) switch
        {
            "bash" => CompletionScripts.Bash,
            "zsh" => CompletionScripts.Zsh,
            "fish" => CompletionScripts.Fish,
            null => throw new UserError("completion: which shell?", "write minirun completion bash, zsh or fish"),
            var other => throw new UserError($"completion: no script for '{other}'", "there are bash, zsh and fish"),
        });
        return 0;
    }
}
