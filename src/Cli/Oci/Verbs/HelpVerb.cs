using Minirun.Runtime;

namespace Minirun.Cli.Oci.Verbs;

/// <summary><c>help [COMMAND]</c>.</summary>
internal static class HelpVerb
{
    public static OciVerb Verb() => new("[COMMAND]", "the commands, or one of them", [], (_, arguments) =>
        arguments.Words is [var name] ? OciHelp.Print(OciVerbs.Find(name)
            ?? throw UserError.AsRunc($"No help topic for '{name}'", 3)) : OciHelp.Print())
    {
        Minimum = 0,
    };
}
