using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Cli.Verbs;
using Minirun.Runtime;

namespace Minirun.Cli.Tree;

/// <summary><c>--help</c>, in docker's layout: of all verbs, of those of one noun, of one.</summary>
internal static class VerbHelp
{
    public const string Title = "Containers in milliseconds, explained.";
    private const int Column = 17, VerbColumn = 14;

    public static string Usage(MinirunVerb verb) => $"minirun {verb.Name} [OPTIONS] {verb.Arguments}".TrimEnd();

    public static int Print()
    {
        HelpPage page = new HelpPage().Usage("minirun COMMAND").Blank().Text(Title);
        Section("Containers", Kind.Run);
        Section("Background containers (run -d)", Kind.Container, Kind.Engine);
        Section("This machine and minirun itself", Kind.Machine);
        page.Section("Global options");
        page.Entry("-h, --help", "Show help", Column).Entry("    --version", "Show the version", Column);
        return page.Text("""

            Try:
              minirun run rootfs-samples/busybox echo 'hello camp!'

            Run 'minirun COMMAND --help' for more information on a command.
            """).Print();

        void Section(string title, params Kind[] kinds)
        {
            page.Section(title);
            List<string> nouns = [];
            foreach (VerbEntry entry in VerbTable.All.Where(entry => kinds.Contains(entry.Kind)))
            {
                int blank = entry.Name.IndexOf(' ');
                if (blank < 0) page.Entry(entry.Name, Sentence(entry.Make().Summary), Column);
                else if (entry.Name[..blank] is var noun && !nouns.Contains(noun))
                {
                    nouns.Add(noun);
                    page.Entry(noun, $"{SummaryOf(noun)}: minirun {noun} --help", Column);
                }
            }
        }
    }

    /// <summary><c>minirun help COMMAND</c>.</summary>
    public static int Print(ReadOnlySpan<string> words)
    {
        if (words.IsEmpty) return Print();
        if (VerbTable.Find(words, out int taken) is { } verb && taken == words.Length) return Print(verb);
        if (words.Length == 1 && VerbTable.IsNoun(words[0])) return PrintNoun(words[0]);
        string called = string.Join(' ', words!);
        string? closest = Spelling.Closest(called, VerbTable.All.SelectMany(entry => entry.Names));
        throw new UserError($"help: unknown command '{called}'",
            closest is null ? "`minirun --help` lists all commands" : $"did you mean: minirun help {closest}");
    }

    public static int PrintNoun(string noun)
    {
        HelpPage page = new HelpPage().Usage($"minirun {noun} COMMAND");
        page.Section("Commands");
        foreach (var (word, entry) in VerbTable.Below(noun)) page.Entry(word, entry.Make().Summary, VerbColumn);
        return page.Print();
    }

    public static int Print(MinirunVerb verb)
    {
        if (verb.Help is { } own) return own();
        HelpPage page = new HelpPage().Usage(Usage(verb)).Blank().Text(Sentence(verb.Summary) + ".");
        if (verb.Raw is not null) page.Blank().Text("The options are those of `minirun run`: see `minirun run --help`.");
        else if (verb.Flags.Length > 0)
        {
            page.Section("Options");
            foreach (Flag flag in verb.Flags) page.Entry(flag.Usage, flag.Meaning);
        }
        if (verb.Notes is { } notes) page.Blank().Text(notes);
        return page.Print();
    }

    public static string Sentence(string summary) => char.ToUpperInvariant(summary[0]) + summary[1..];

    private static string SummaryOf(string noun) => Array.Find(VerbTable.Nouns, each => each.Word == noun).Summary;
}
