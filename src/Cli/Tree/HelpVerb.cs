using System.Runtime.InteropServices;
using Minirun.Cli.Verbs;

namespace Minirun.Cli.Tree;

/// <summary><c>help [COMMAND]</c>.</summary>
internal static class HelpVerb
{
    public static MinirunVerb Verb() =>
        new("[COMMAND]", "show help for a command", [], words => VerbHelp.Print(CollectionsMarshal.AsSpan(words.Words)))
        {
            Minimum = 0,
            Maximum = 2,
        };
}
