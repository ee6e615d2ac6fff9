using Minirun.Cli.CommandLine;
using Minirun.Engine.Life;
using Minirun.Engine.Logs;
using Minirun.Engine.Logs.Reading;
using Minirun.Engine.Records;
using Minirun.Linux.Calls;
using Minirun.Runtime;

namespace Minirun.Cli.Verbs.Container;

/// <summary>Verbs that only look.</summary>
internal static class SeeVerbs
{
    public static MinirunVerb PsVerb() =>
        new("", "list containers", [
            new("all", 'a', null, "also show those that are not running"),
            new("quiet", 'q', null, "print only ids"),
            new("no-trunc", '\0', null, "do not shorten anything"),
            new("latest", 'l', null, "show only the newest, in any state"),
            new("last", 'n', "N", "show only the N newest, in any state"),
            new("size", 's', null, "show the sizes of their root file systems"),
            new("filter", 'f', "KEY=VALUE",
                "id, name, label, status, exited, ancestor, health, before, since, volume, network, publish") { Repeats = true },
            new("format", '\0', "FORMAT", "json, table, or a template: {{.Names}} {{.Status}}"),
        ], ContainerList.Print)
        { Minimum = 0, Maximum = 0, Sample = ContainerList.Sample };

    public static MinirunVerb InspectVerb() =>
        new("NAME…", "show everything about containers, volumes and networks as JSON",
            [new("format", 'f', "FORMAT", "json, or a template: {{.State.Status}}"),
                new("type", '\0', "TYPE", "only container, volume or network"),
                new("size", 's', null, "show the size of the root file system, too")],
            ContainerInspect.Print);

    public static MinirunVerb LogsVerb() =>
        new("CONTAINER", "show the output of a container", [
            new("follow", 'f', null, "follow the output"),
            new("timestamps", 't', null, "show the time of each line"),
            new("tail", 'n', "LINES", "show only the last LINES lines, or all"),
            new("since", '\0', "TIME", "show lines since a time, or since 10m ago"),
            new("until", '\0', "TIME", "show lines until a time"),
            new("details", '\0', null, "show the attributes of the log driver"),
        ], Logs)
        { Maximum = 1, Follows = true };

    private static int Logs(VerbArguments words)
    {
        EngineContainer container = ContainerRepair.Find(ContainerStores.Own, words.Words[0]);
        if (!new LogConfig(container.Config.LogDriver, container.Config.LogOptions).IsReadable)
            throw new UserError("configured logging driver does not support reading", $"its lines went to {container.Config.LogDriver}");
        int tail = words.Text("tail") is not { } text || text == "all" ? -1
            : int.TryParse(text, out int lines) && lines >= 0 ? lines
            : throw new UserError($"--tail {text}: not a number of lines", "a number, or all");
        using Pidfd? end = words.Has("follow") ? MonitorOf(container) : null;
        var query = new LogQuery
        {
            Tail = tail < 0 ? null : tail,
            Since = words.Text("since") is { } since ? LogMoment.Parse("--since", since) : long.MinValue,
            Until = words.Text("until") is { } until ? LogMoment.Parse("--until", until) : long.MaxValue,
            Follow = end is not null,
            EndDescriptor = end?.Descriptor ?? -1,
        };
        using Stream output = Output.StandardStream.ForOutputOfOthers(1), errors = Output.StandardStream.ForOutputOfOthers(2);
        var printer = new LogPrinter(output, errors, words.Has("timestamps"), words.Has("details"));
        if (container.Config.LogDriver == "journald") new JournalReader(container.Id).Read(query, printer.Print);
        else new LogReader(container.LogPath).Read(query, printer.Print);
        if (words.Has("follow") && ContainerRepair.State(container).Status == ContainerState.Running && !container.MonitorLives())
            Output.Message.Warning($"the monitor of container {container.Config.Name} was killed: what it writes now is lost");
        return 0;
    }

    /// <summary>A container's monitor: once it has ended, the log is whole. Null when there is none.</summary>
    private static Pidfd? MonitorOf(EngineContainer container) =>
        ContainerRepair.State(container) is { MonitorPid: > 0 } state && container.MonitorLives() ? Pidfd.TryOpen(state.MonitorPid) : null;
}
