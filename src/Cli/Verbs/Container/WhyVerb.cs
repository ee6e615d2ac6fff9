using System.Text.Json;
using System.Text.Json.Nodes;
using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Engine.Life;
using Minirun.Engine.Records;
using Minirun.Engine.Why;
using Minirun.Runtime;

namespace Minirun.Cli.Verbs.Container;

/// <summary><c>why</c>: what became of a container, and how it came to that.</summary>
internal static class WhyVerb
{
    // Everything but ASCII is escaped: what comes from a container does nothing to a terminal.
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    public static MinirunVerb Verb() => new("CONTAINER",
        "show how a container started, why it exited, and its last lines, even after rm",
        [new("json", '\0', null, "as a JSON object")], Execute)
    { Maximum = 1 };

    private static int Execute(VerbArguments words)
    {
        FlightRecord record = Find(words.Words[0]);
        if (words.Has("json")) TextOutput.Line(Json(record).ToJsonString(s_indented));
        else TextOutput.Text(FlightReport.Of(record));
        return 0;
    }

    private static FlightRecord Find(string reference)
    {
        ContainerStore store = ContainerStores.Own;
        FlightRecord? buried = null;
        try
        {
            return FlightReader.Read(ContainerRepair.Find(store, reference));
        }
        catch (UserError error) when (error.IsMissing && (buried = Graveyard.Find(store.Paths, reference)) is not null)
        {
            return buried;
        }
    }

    private static JsonObject Json(FlightRecord record)
    {
        ContainerState state = record.State;
        return new JsonObject
        {
            ["Id"] = record.Id,
            ["Name"] = record.Name,
            ["Image"] = record.Image,
            ["Command"] = List(record.Command, text => text),
            ["Runtime"] = record.Runtime,
            ["Created"] = record.Created,
            ["Removed"] = record.Removed.Length > 0 ? record.Removed : null,
            ["Summary"] = FlightReport.Summary(record),
            ["Status"] = state.Status,
            ["Cause"] = state.Cause.Length > 0 ? state.Cause : state.Error.Length > 0 ? "start" : "",
            ["ExitCode"] = state.ExitCode,
            ["Signal"] = state.Signal > 0 ? Linux.SignalName.Of(state.Signal) : null,
            ["Asked"] = state.Asked,
            ["OOMKilled"] = state.OomKilled,
            ["DeniedCalls"] = List(state.DeniedCall is { } call ? [call] : (string[])[], text => text),
            ["Error"] = state.Error,
            ["FailedStep"] = state.FailedStep,
            ["StartedAt"] = state.StartedAt,
            ["FinishedAt"] = state.FinishedAt,
            ["RestartCount"] = state.RestartCount,
            ["Before"] = state.Before is { } before ? End(before) : null,
            ["Health"] = state.Health.Length > 0 ? state.Health : null,
            ["Memory"] = new JsonObject
            {
                ["Peak"] = state.MemoryPeak,
                ["Limit"] = state.MemoryLimit,
                ["Of"] = state.MemoryPeak == 0 ? null : state.MemoryIsCgroups ? "cgroup" : "process"
            },
            ["Steps"] = List(record.State.Steps, step => new JsonObject { ["Name"] = step.Name, ["TimeNano"] = step.At }),
            ["LogDriver"] = record.LogDriver,
            ["LogLost"] = state.LogLost,
            ["Log"] =
                List(record.Lines, line => new JsonObject { ["TimeNano"] = line.Time, ["Stream"] = line.Stream, ["Line"] = line.Text }),
            ["Hints"] = List(FlightHints.Of(record), text => text),
        };
    }

    private static JsonObject End(FlightEnd end) => new()
    {
        ["StartedAt"] = end.StartedAt,
        ["FinishedAt"] = end.FinishedAt,
        ["ExitCode"] = end.ExitCode,
        ["Cause"] = end.Cause,
        ["Signal"] = end.Signal > 0 ? Linux.SignalName.Of(end.Signal) : null,
    };

    private static JsonArray List<T>(IEnumerable<T> all, Func<T, JsonNode> describe)
    {
        var list = new JsonArray();
        foreach (T each in all) list.Add(describe(each));
        return list;
    }
}
