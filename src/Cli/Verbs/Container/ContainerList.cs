using System.Globalization;
using System.Text.Json.Nodes;
using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Engine.Copying;
using Minirun.Engine.Life;
using Minirun.Engine.Networks;
using Minirun.Engine.Records;

namespace Minirun.Cli.Verbs.Container;

/// <summary><c>ps</c>.</summary>
internal static class ContainerList
{
    private const int ShortId = 12, ShortCommand = 20;
    private static readonly string[] s_heading = ["CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "PORTS", "NAMES"];

    public static int Print(VerbArguments words)
    {
        bool whole = words.Has("no-trunc");
        int last = words.Has("latest") ? 1 : words.Number("last", -1);
        bool filtersState = words.All("filter")
            .Any(each => each.StartsWith("status=", StringComparison.Ordinal) || each.StartsWith("exited=", StringComparison.Ordinal));
        List<EngineContainer> all = ContainerRepair.FindAll(ContainerStores.Own);
        var filter = new ContainerFilter(words.All("filter"), all);
        var chosen = new List<JsonObject>();
        foreach (EngineContainer container in all)
        {
            if (last >= 0 && chosen.Count >= last) break;
            ContainerState state = ContainerRepair.State(container);
            string status = LiveStatus.Read(container, state);
            bool runs = status is ContainerState.Running or ContainerState.Paused or ContainerState.Restarting;
            if (!runs && !words.Has("all") && last < 0 && !filtersState) continue;
            if (filter.Takes(container, state, status)) chosen.Add(Row(container, state, status, whole, words.Has("size")));
        }
        if (words.Has("quiet")) foreach (JsonObject row in chosen) TextOutput.Line((string)row["ID"]!);
        else if (words.Text("format") is { } format and not "table") Rows.Print(format, chosen);
        else PrintTable(chosen, words.Has("size"), whole);
        return 0;
    }

    private static void PrintTable(List<JsonObject> rows, bool size, bool whole)
    {
        var table = new List<string[]> { size ? [.. s_heading, "SIZE"] : s_heading };
        foreach (JsonObject row in rows)
        {
            string[] line = [(string)row["ID"]!, (string)row["Image"]!, (string)row["Command"]!, (string)row["RunningFor"]!,
                (string)row["Status"]!, (string)row["Ports"]!, (string)row["Names"]!];
            table.Add(size ? [.. line, (string)row["Size"]!] : line);
        }
        Table.Print(table, row => row == 0 ? "" : ColourOf(rows[row - 1]), whole);
    }

    /// <summary>What runs is green, what failed red.</summary>
    private static string ColourOf(JsonObject row) => (string)row["State"]! switch
    {
        "running" => Colour.Green,
        "exited" => (int)row["ExitCode"]! == 0 ? "" : Colour.Red,
        _ => "",
    };

    /// <summary>The row of no container.</summary>
    public static JsonObject Sample()
    {
        var none = new EngineContainer(ContainerStores.Own.Paths, "", new ContainerConfig());
        return Row(none, new ContainerState(), ContainerState.Created, whole: false, size: false);
    }

    private static JsonObject Row(EngineContainer container, ContainerState state, string status, bool whole, bool size)
    {
        ContainerConfig config = container.Config;
        string command = string.Join(' ', config.Command);
        return new JsonObject
        {
            ["ID"] = whole ? config.Id : config.Id[..Math.Min(ShortId, config.Id.Length)],
            ["Image"] = config.Image,
            ["Command"] = '"' + (whole || command.Length <= ShortCommand ? command : command[..(ShortCommand - 1)] + "…") + '"',
            ["CreatedAt"] = config.Created,
            ["RunningFor"] = Ago(config.Created) + " ago",
            ["Status"] = Status(state, status),
            ["State"] = status,
            ["Ports"] = state.Pid > 0 && NetworkRecord.Of(container) is { } network ? ContainerPorts.Line(network.Ports) : "",
            ["Names"] = config.Name,
            ["Labels"] = string.Join(',', config.Labels.Select(label => $"{label.Key}={label.Value}")),
            ["Networks"] = config.Network.Mode,
            ["Mounts"] = string.Join(',', config.Volumes.Select(volume => volume.Name)),
            ["Pid"] = state.Pid,
            ["ExitCode"] = state.ExitCode,
            ["Size"] = size ? Amount.Decimal((ulong)TreeSize.Of(config.Rootfs)) : "0B",
        };
    }

    /// <summary>docker's words.</summary>
    private static string Status(ContainerState state, string status) => status switch
    {
        ContainerState.Created => "Created",
        ContainerState.Running => $"Up "
            + $"{Ago(state.StartedAt)}{(state.Health switch
            {
                "" => "",
                "starting" => " (health: starting)",
                var health => $" "
                + $"({health})"
            })}",
        ContainerState.Paused => $"Up {Ago(state.StartedAt)} (Paused)",
        ContainerState.Restarting => $"Restarting ({state.ExitCode}) {Ago(state.FinishedAt)} ago",
        _ => $"Exited ({state.ExitCode}) {Ago(state.FinishedAt)} ago",
    };

    private static string Ago(string since)
    {
        if (!DateTime.TryParse(since, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal,
            out DateTime then))
            return "some time";
        double seconds = Math.Max(0, (DateTime.UtcNow - then).TotalSeconds);
        (double number, string unit) = seconds switch
        {
            < 1 => (0, "Less than a second"),
            < 60 => (seconds, "second"),
            < 3600 => (seconds / 60, "minute"),
            < 48 * 3600 => (seconds / 3600, "hour"),
            < 14 * 86400 => (seconds / 86400, "day"),
            < 60 * 86400 => (seconds / (7 * 86400), "week"),
            < 730 * 86400 => (seconds / (30 * 86400), "month"),
            _ => (seconds / (365 * 86400), "year"),
        };
        long count = (long)number;
        return count == 0 ? unit
            : count == 1 && unit is "minute" or "hour" && count == 1 ? $"About {(unit == "hour" ? "an" : "a")} {unit}"
            : $"{count} {unit}{(count == 1 ? "" : "s")}";
    }
}
