using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Engine.Life;
using Minirun.Engine.Records;
using Minirun.Linux.Calls;
using Minirun.Runtime;

namespace Minirun.Cli.Verbs.Container;

/// <summary><c>stats</c>: what containers use, again and again, or once.</summary>
internal static class StatsVerb
{
    private const int Interval = 500;   // ms, of which the share of CPU is
    private static readonly string[] s_heading =
        ["CONTAINER ID", "NAME", "CPU %", "MEM USAGE / LIMIT", "MEM %", "NET I/O", "BLOCK I/O", "PIDS"];
    private static readonly string[] s_fields = ["ID", "Name", "CPUPerc", "MemUsage", "MemPerc", "NetIO", "BlockIO", "PIDs"];

    public static MinirunVerb Verb() => new("[CONTAINER…]", "show what containers use: processors, memory, network, disks", [
        new("all", 'a', null, "also show those that are not running"),
        new("no-stream", '\0', null, "show the figures once"),
        new("no-trunc", '\0', null, "do not shorten anything"),
        new("format", '\0', "FORMAT", "json, table, or a template: {{.Name}} {{.CPUPerc}}"),
    ], Execute)
    { Minimum = 0, Follows = true, Sample = Sample };

    private static int Execute(VerbArguments words)
    {
        bool clears = !words.Has("no-stream") && Screen.Out.IsCapable;
        foreach (string word in words.Words) ContainerRepair.Find(ContainerStores.Own, word);
        Dictionary<string, (Usage Usage, long Time)> before = [];
        Look(words, before);
        while (true)
        {
            Poller.Pause(Interval);
            List<JsonObject> rows = Look(words, before);
            // Clear the screen, and begin at its top.
            if (clears) TextOutput.Text("\e[2J\e[H");
            if (words.Text("format") is { } format and not "table") Rows.Print(format, rows);
            else Table.Print([s_heading, .. rows.Select(row => s_fields.Select(field => row[field]!.ToString()).ToArray())]);
            if (words.Has("no-stream")) return 0;
        }
    }

    /// <summary>The rows since the last look.</summary>
    private static List<JsonObject> Look(VerbArguments words, Dictionary<string, (Usage Usage, long Time)> before)
    {
        List<JsonObject> rows = [];
        foreach (EngineContainer container in Chosen(words))
        {
            Usage? now = Usage.Of(container);
            if (now is null && words.Words.Count == 0 && !words.Has("all")) continue;
            long time = Stopwatch.GetTimestamp();
            double share = 0;
            if (now is null) before.Remove(container.Id);
            else if (before.TryGetValue(container.Id, out var earlier) && now.Cpu > earlier.Usage.Cpu)
                share = (now.Cpu - earlier.Usage.Cpu) / Stopwatch.GetElapsedTime(earlier.Time, time).TotalNanoseconds * 100;
            if (now is not null) before[container.Id] = (now, time);
            rows.Add(Row(container, now ?? Nothing, share, words.Has("no-trunc")));
        }
        return rows;
    }

    private static List<EngineContainer> Chosen(VerbArguments words)
    {
        if (words.Words.Count == 0) return ContainerRepair.FindAll(ContainerStores.Own);
        List<EngineContainer> chosen = [];
        foreach (string word in words.Words)
            try
            {
                chosen.Add(ContainerRepair.Find(ContainerStores.Own, word));
            }
            catch (UserError)
            {
                // Removed since we began.
            }
        return chosen;
    }

    private static Usage Nothing => new(0, 0, 0, 0, 0, 0, 0, 0);

    /// <summary>The row of no container.</summary>
    private static JsonObject Sample() =>
        Row(new EngineContainer(ContainerStores.Own.Paths, "", new ContainerConfig()), Nothing, 0, whole: false);

    private static JsonObject Row(EngineContainer container, Usage usage, double share, bool whole) => new()
    {
        ["BlockIO"] = $"{Amount.Decimal(usage.Read)} / {Amount.Decimal(usage.Written)}",
        ["CPUPerc"] = Percent(share),
        ["Container"] = whole ? container.Id : container.ShortId,
        ["ID"] = whole ? container.Id : container.ShortId,
        ["MemPerc"] = Percent(usage.Limit == 0 ? 0 : usage.Memory * 100.0 / usage.Limit),
        ["MemUsage"] = $"{Amount.Binary(usage.Memory)} / {Amount.Binary(usage.Limit)}",
        ["Name"] = container.Config.Name,
        ["NetIO"] = $"{Amount.Decimal(usage.Received)} / {Amount.Decimal(usage.Sent)}",
        ["PIDs"] = usage.Processes.ToString(CultureInfo.InvariantCulture),
    };

    private static string Percent(double share) => share.ToString("0.00", CultureInfo.InvariantCulture) + "%";
}
