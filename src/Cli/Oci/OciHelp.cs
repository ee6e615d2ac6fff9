using System.Text;

namespace Minirun.Cli.Oci;

/// <summary><c>minirun-oci --help</c> and <c>VERB --help</c>, on stdout.</summary>
internal static class OciHelp
{
    public static int Print()
    {
        var text = new StringBuilder($"{OciProgram.Name} - OCI runtime: runs containers from bundles, for engines and by hand\n\nUsage:\n  {OciProgram.Name} [global flags] COMMAND [flags] [arguments]\n\nCommands:\n");
        foreach (string name in OciVerbs.Names)
            if (OciVerbs.Find(name) is { } verb) text.Append("  ").Append(name.PadRight(12)).Append(verb.Summary).Append('\n');
        text.Append("\nGlobal flags:\n");
        Flags(text, OciGlobalFlags.All);
        text.Append($"\n`{OciProgram.Name} COMMAND --help` says more about a command.\n");
        OciOutput.Text(text.ToString());
        return 0;
    }

    public static int Print(OciVerb verb)
    {
        var text = new StringBuilder($"{OciProgram.Name} {verb.Name} - {verb.Summary}\n\nUsage:\n  {OciProgram.Name} {verb.Name} [flags] {verb.Arguments}\n\nFlags:\n");
        Flags(text, verb.Flags);
        if (verb.Notes is not null) text.Append('\n').Append(verb.Notes).Append('\n');
        OciOutput.Text(text.ToString());
        return 0;
    }

    private static void Flags(StringBuilder text, OciFlag[] flags)
    {
        foreach (OciFlag flag in flags) One(text, flag);
        One(text, new("help", 'h', null, "print this"));
    }

    private static void One(StringBuilder text, OciFlag flag)
    {
        string left = $"  {(flag.Letter == '\0' ? "    " : $"-{flag.Letter}, ")}--{flag.Name} {flag.Value}";
        text.Append(left.PadRight(32)).Append(' ').Append(flag.Help).Append('\n');
    }
}
