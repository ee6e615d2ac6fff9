using System.CommandLine;
using System.CommandLine.Completions;
using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Cli.Verbs;
using Minirun.Engine.Life;
using Minirun.Engine.Networks;
using Minirun.Engine.Records;
using Minirun.Engine.Volumes;
using Minirun.Runtime;

namespace Minirun.Cli.Tree;

/// <summary>
/// The hidden verb that scripts of <c>completion</c> call with the words so far. A verb of ours and not the library's directive, because
/// after ROOTFS all words are the command's, and because a directory is the shell's to complete.
/// </summary>
internal static class Completion
{
    public const string HiddenVerb = "__complete";

    // What the shell is to do besides: the last line of the answer.
    private const string Directories = ":directories", Files = ":files", Nothing = ":";

    /// <summary>Prints what the last word could become, one line each: the word, a tab, what it means.</summary>
    public static int Suggest(RootCommand root, ReadOnlySpan<string> words)
    {
        string[] before = words.IsEmpty ? [] : words[..^1].ToArray();
        string current = words.IsEmpty ? "" : words[^1];
        if (before is ["container", "run" or "create", ..]) before = before[1..];
        string kind = before is ["run" or "create", ..] ? SuggestForRun(root, before[1..], current) : SuggestVerb(root, before, current);
        TextOutput.Line(kind);
        return 0;
    }

    private static string SuggestVerb(RootCommand root, string[] before, string current)
    {
        Command command = root;
        if (before is [var verb, ..])
        {
            if (root.Subcommands.FirstOrDefault(each => each.Name == verb) is not { } found) return Nothing;
            command = before.Length > 1 && found.Subcommands.FirstOrDefault(each => each.Name == before[1]) is { } second ? second : found;
            if (!current.StartsWith('-')) OfferNames(before, current);
        }
        foreach (CompletionItem item in command.GetCompletions(CompletionContext.Empty))
            if (current.StartsWith('-') == item.Label.StartsWith('-')) Offer(current, item.Label, item.Documentation ?? item.Detail);
        return Nothing;
    }

    /// <summary>Names of what the verb acts on.</summary>
    private static void OfferNames(string[] before, string current)
    {
        if (VerbTable.Find(before, out int taken) is not { } verb) return;
        // Behind the first word of one that takes one are other things: a command, a new name.
        bool isFirst = before.Skip(taken).All(word => word.StartsWith('-'));
        string kind = verb.Arguments.Split(' ')[0].Trim('[', ']');
        if (!kind.EndsWith('…') && !isFirst) return;
        try
        {
            ContainerStore store = ContainerStores.Own;
            // NAME alone is one that is to be given.
            IEnumerable<string> names = kind switch
            {
                "CONTAINER" or "CONTAINER…" or "NAME…" => ContainerRepair.FindAll(store).Select(container => container.Config.Name),
                "VOLUME…" => new VolumeStore(store.Paths).All().Select(volume => volume.Name),
                "NETWORK" or "NETWORK…" => new NetworkStore(store.Paths).All().Select(network => network.Name),
                _ => [],
            };
            foreach (string name in names) Offer(current, name, null);
        }
        catch (Exception error) when (Message.Has(error))
        {
            // Somebody types: nothing is said between the lines.
        }
    }

    private static string SuggestForRun(RootCommand root, string[] before, string current)
    {
        Command run = root.Subcommands.First(command => command.Name == "run");
        try
        {
            RunParser.Parsed parsed = RunParser.Parse(before);
            if (parsed.WantsHelp) return Nothing;
            if (parsed.Words.Length > 0) return Files;
        }
        catch (UnknownFlagException)
        {
            return Nothing;
        }
        catch (UserError)
        {
            // The flag before waits for its value.
            string flag = before[^1].StartsWith("--", StringComparison.Ordinal) ? before[^1] : "-" + before[^1][^1];
            return SuggestValue(run, flag, "", current);
        }
        if (!current.StartsWith('-') || before is [.., "--"]) return Directories;
        int equals = current.IndexOf('=');
        if (equals >= 0) return SuggestValue(run, current[..equals], current[..(equals + 1)], current);
        foreach (Option option in run.Options) Offer(current, option.Name, option.Description);
        Offer(current, "--help", "Show help");
        return Nothing;
    }

    private static string SuggestValue(Command run, string flag, string prefix, string current)
    {
        if (VerbTree.Find(run, flag) is not { } option) return Nothing;
        foreach (CompletionItem item in option.GetCompletions(CompletionContext.Empty)) Offer(current, prefix + item.Label, null);
        return RunFlags.Find(option.Name)!.TakesFile ? Files : Nothing;
    }

    private static void Offer(string current, string word, string? meaning)
    {
        if (!word.StartsWith(current, StringComparison.Ordinal)) return;
        TextOutput.Line(SafeText.Of(word) + (string.IsNullOrEmpty(meaning) ? "" : "\t" + SafeText.Of(meaning)));
    }
}
