using System.Text.Json.Nodes;
using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Cli.Verbs.Network;
using Minirun.Cli.Verbs.Volume;
using Minirun.Engine.Records;
using Minirun.Engine.Why;
using Minirun.Runtime;

namespace Minirun.Cli.Verbs.Machine;

/// <summary><c>system …</c>, and <c>info</c>.</summary>
internal static class SystemVerbs
{
    private static readonly Flag s_format = new("format", 'f', "FORMAT", "json, or a template: {{.Containers}}");

    public static MinirunVerb InfoVerb() =>
        new("", "show the engine and what it works with", [s_format], Info) { Minimum = 0, Maximum = 0 };

    public static MinirunVerb DiskUseVerb() =>
        new("", "show how much disk space containers and volumes use",
            [new("verbose", 'v', null, "list each of them"),
                new("format", '\0', "FORMAT", "json, table, or a template: {{.Type}} {{.Size}}")],
            DiskUse)
        {
            Minimum = 0,
            Maximum = 0
        };

    public static MinirunVerb PruneSystemVerb() =>
        new("", "remove everything that no container needs", [
            new("all", 'a', null, "also forget what `minirun why` shows of removed containers"),
            Question.Force,
            PruneVerb.Filter,
            new("volumes", '\0', null, "also remove anonymous volumes that no container uses"),
        ], Prune)
        { Minimum = 0, Maximum = 0 };

    private static int Info(VerbArguments words)
    {
        JsonObject info = SystemInfo.Read();
        string? format = words.Text("format");
        if (format == "json") TextOutput.Line(info.ToJsonString());
        else if (format is not null) TextOutput.Line(Template.Fill(format, info));
        else TextOutput.Text(SystemInfo.Text(info));
        return 0;
    }

    private static int DiskUse(VerbArguments words)
    {
        var use = new SystemUse(ContainerStores.Own);
        if (words.Text("format") is { } format and not "table") Rows.Print(format, use.Rows());
        else if (words.Has("verbose")) use.PrintEach();
        else use.Print();
        return 0;
    }

    private static int Prune(VerbArguments words)
    {
        var filter = new PruneFilter(words.All("filter"));
        bool volumes = words.Has("volumes"), all = words.Has("all");
        List<string> labels = [.. words.All("filter").Where(each => each.StartsWith("label", StringComparison.Ordinal))];
        if (volumes && labels.Count < words.All("filter").Count())
            throw new UserError("--filter until: not with --volumes", "minirun volume prune removes volumes");
        bool goes = Question.Allows(words,
            "This will remove:\n  - all stopped containers\n  - all networks not used by at least one running container\n"
            + (volumes ? "  - all anonymous volumes not used by at least one container\n" : "")
                + (all ? "  - what `minirun why` remembers of removed containers\n" : ""));
        long total = 0;
        if (goes)
        {
            total = PruneVerb.Containers(filter);
            NetworkVerbs.Prune(filter);
            if (volumes) total += VolumeVerbs.Prune(named: false, labels);
            if (all) total += Forget(ContainerStores.Own);
        }
        PruneVerb.Reclaimed(total);
        return 0;
    }

    private static long Forget(ContainerStore store)
    {
        long bytes = Graveyard.Size(store.Paths).Bytes;
        Graveyard.Clear(store.Paths);
        return bytes;
    }
}
