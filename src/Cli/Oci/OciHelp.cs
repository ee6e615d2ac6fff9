using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;

namespace Minirun.Cli.Oci;

/// <summary><c>minirun-oci --help</c> and <c>VERB --help</c>, on stdout.</summary>
internal static class OciHelp
{
    private const int VerbColumn = 14;

    public static int Print()
    {
        HelpPage page =
            new HelpPage().Text($"{OciName.Program} - OCI runtime: runs containers from bundles, for engines and by hand").Blank()
            .Text("Usage:").Text($"  {OciName.Program} [global flags] COMMAND [flags] [arguments]");
        page.Section("Commands");
        foreach (var (name, make) in OciVerbs.All) page.Entry(name, make().Summary, VerbColumn);
        page.Section("Global flags");
        Flags(page, OciGlobalFlags.All);
        return page.Blank().Text($"`{OciName.Program} COMMAND --help` says more about a command.").Print();
    }

    public static int Print(OciVerb verb)
    {
        HelpPage page = new HelpPage().Text($"{OciName.Program} {verb.Name} - {verb.Summary}").Blank()
            .Text("Usage:").Text($"  {OciName.Program} {verb.Name} [flags] {verb.Arguments}".TrimEnd());
        page.Section("Flags");
        Flags(page, verb.Flags);
        if (verb.Notes is not null) page.Blank().Text(verb.Notes);
        return page.Print();
    }

    private static void Flags(HelpPage page, Flag[] flags)
    {
        foreach (Flag flag in flags) page.Entry(flag.Usage, flag.Meaning);
        page.Entry("-h, --help", "print this");
    }
}
