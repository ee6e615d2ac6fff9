using Minirun.Cli.Verbs;
using Minirun.Cli.Verbs.Container;
using Minirun.Cli.Verbs.Machine;
using Minirun.Cli.Verbs.Network;
using Minirun.Cli.Verbs.Run;
using Minirun.Cli.Verbs.Volume;

namespace Minirun.Cli.Tree;

/// <summary>
/// Every verb of minirun, in the order of the help. Help, completion, what was probably meant, and <c>container VERB</c> come of this
/// table: a new verb is a file and a line here (docs/extending.md).
/// </summary>
internal static class VerbTable
{
    public static readonly VerbEntry[] All =
    [
        new(Kind.Run, "run", RunVerb.Verb),

        new(Kind.Container, "create", LifeVerbs.CreateVerb),
        new(Kind.Container, "start", LifeVerbs.StartVerb),
        new(Kind.Container, "stop", LifeVerbs.StopVerb),
        new(Kind.Container, "restart", LifeVerbs.RestartVerb),
        new(Kind.Container, "kill", LifeVerbs.KillVerb),
        new(Kind.Container, "pause", LifeVerbs.PauseVerb),
        new(Kind.Container, "unpause", LifeVerbs.UnpauseVerb),
        new(Kind.Container, "wait", LifeVerbs.WaitVerb),
        new(Kind.Container, "rename", LifeVerbs.RenameVerb),
        new(Kind.Container, "rm", LifeVerbs.RemoveVerb, "container remove"),
        new(Kind.Container, "ps", SeeVerbs.PsVerb, "container ls", "container list"),
        new(Kind.Container, "inspect", SeeVerbs.InspectVerb),
        new(Kind.Container, "logs", SeeVerbs.LogsVerb),
        new(Kind.Container, "exec", ProcessVerbs.ExecVerb),
        new(Kind.Container, "attach", ProcessVerbs.AttachVerb),
        new(Kind.Container, "top", ProcessVerbs.TopVerb),
        new(Kind.Container, "stats", StatsVerb.Verb),
        new(Kind.Engine, "events", EventsVerb.Verb, "system events"),
        new(Kind.Container, "cp", CpVerb.Verb),
        new(Kind.Container, "update", UpdateVerb.Verb),
        new(Kind.Container, "why", WhyVerb.Verb),
        new(Kind.Container, "diff", DiffVerb.Verb),
        new(Kind.Container, "container prune", PruneVerb.Verb),
        new(Kind.Engine, "generate systemd", GenerateVerb.Verb),

        new(Kind.Engine, "network create", NetworkVerbs.CreateVerb),
        new(Kind.Engine, "network ls", NetworkVerbs.ListVerb),
        new(Kind.Engine, "network inspect", NetworkVerbs.InspectVerb),
        new(Kind.Engine, "network rm", NetworkVerbs.RemoveVerb),
        new(Kind.Engine, "network prune", NetworkVerbs.PruneNetworksVerb),
        new(Kind.Engine, "network connect", NetworkVerbs.ConnectVerb),
        new(Kind.Engine, "network disconnect", NetworkVerbs.DisconnectVerb),
        new(Kind.Container, "port", NetworkVerbs.PortVerb),

        new(Kind.Engine, "volume create", VolumeVerbs.CreateVerb),
        new(Kind.Engine, "volume ls", VolumeVerbs.ListVerb, "volume list"),
        new(Kind.Engine, "volume inspect", VolumeVerbs.InspectVerb),
        new(Kind.Engine, "volume rm", VolumeVerbs.RemoveVerb, "volume remove"),
        new(Kind.Engine, "volume prune", VolumeVerbs.PruneVolumesVerb),
        new(Kind.Engine, "volume-plugin glusterfs", VolumePluginVerb.GlusterVerb),

        new(Kind.Engine, "info", SystemVerbs.InfoVerb, "system info"),
        new(Kind.Engine, "system df", SystemVerbs.DiskUseVerb),
        new(Kind.Engine, "system prune", SystemVerbs.PruneSystemVerb),

        new(Kind.Machine, "doctor", DoctorVerb.Verb),
        new(Kind.Machine, "version", VersionVerb.Verb),
        new(Kind.Machine, "completion", CompletionVerb.Verb),
        new(Kind.Machine, "help", HelpVerb.Verb),
    ];

    /// <summary>What verbs of two words act on, and what the help says of it.</summary>
    public static readonly (string Word, string Summary)[] Nouns =
    [
        ("container", "Commands for containers"),
        ("generate", "Commands for files about containers"),
        ("network", "Commands for networks"),
        ("volume", "Commands for volumes"),
        ("volume-plugin", "Commands for plugins that serve volumes"),
        ("system", "Commands for the whole engine"),
    ];

    /// <summary>The verb of one word or two, and how many words that were; null when there is none.</summary>
    public static MinirunVerb? Find(ReadOnlySpan<string> words, out int taken)
    {
        for (taken = Math.Min(words.Length, 2); taken > 0; taken--)
        {
            string called = taken == 2 ? words[0] + " " + words[1] : words[0];
            foreach (VerbEntry entry in All)
                if (entry.IsCalled(called)) return entry.MakeAs(called);
        }
        return null;
    }

    /// <summary>Whether a verb begins with the word.</summary>
    public static bool Has(string word)
    {
        foreach (VerbEntry entry in All)
            if (entry.IsCalled(word)) return true;
        return IsNoun(word);
    }

    public static bool IsNoun(string word)
    {
        foreach (var (noun, _) in Nouns)
            if (noun == word) return true;
        return false;
    }

    /// <summary>All verbs that act on one thing: the second words of their names.</summary>
    public static IEnumerable<(string Word, VerbEntry Entry)> Below(string noun)
    {
        foreach (VerbEntry entry in All)
            foreach (string name in entry.Names)
                if (name.StartsWith(noun + " ", StringComparison.Ordinal)) yield return (name[(noun.Length + 1)..], entry);
    }
}
