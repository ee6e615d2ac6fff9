using Minirun.Cli.Output;

namespace Minirun.Cli.Oci;

/// <summary><c>minirun-oci --help</c> and <c>VERB --help</c>, on stdout.</summary>
internal static class OciHelp
{
    private const int VerbColumn = 14;

    public static int Print()
    {
        HelpPage page = new HelpPage().Text($"{OciProgram.Name} - OCI runtime: runs containers from bundles, for engines and by hand").Blank()
            .Text("Usage:").Text($"  {OciProgram.Name} [global flags] COMMAND [flags] [arguments]");
        page.Section("Commands");
        foreach (string name in OciVerbs.Names)
            if (OciVerbs.Find(name) is { } verb) page.Entry(name, verb.Summary, VerbColumn);
        page.Section("Global flags");
        Flags(page, OciGlobalFlags.All);
        return page.Blank().Text($"`{OciProgram.Name} COMMAND --help` says more about a command.").Print();
    }

    public static int Print(OciVerb verb)
    {
        HelpPage page = new HelpPage().Text($"{OciProgram.Name} {verb.Name} - {verb.Summary}").Blank()
            .Text("Usage:").Text($"  {OciProgram.Name} {verb.Name} [flags] {verb.Arguments}".TrimEnd());
        page.Section("Flags");
        Flags(page, verb.Flags);
        if (verb.Notes is not null) page.Blank().Text(verb.Notes);
        return page.Print();
    }

    private static void Flags(HelpPage page, OciFlag[] flags)
    {
        foreach (OciFlag flag in flags) page.Entry(Name(flag), flag.Help);
        page.Entry("-h, --help", "print this");
    }

    /// <summary>A flag as help writes it.</summary>
    public static string Name(OciFlag flag) =>
        $"{(flag.Letter == '\0' ? "    " : $"-{flag.Letter}, ")}--{flag.Name} {flag.Value}".TrimEnd();
}
