using System.Text.Json;
using System.Text.Json.Serialization;
using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Lifecycle;
using Minirun.Runtime.State;

namespace Minirun.Cli.Oci.Verbs;

/// <summary>
/// <c>events</c>: figures of a container at intervals, and word when the kernel killed for memory; a line of JSON each, until the container
/// ends.
/// </summary>
internal static class EventsVerb
{
    /// <summary>
    /// Version 1 tells when memory is out, and counts the kill a little later; the time after word came in which we look again, and how
    /// often, in ms.
    /// </summary>
    private const int LookFor = 2000, LookEvery = 20;

    private const int DrainedAtOnce = 4096;   // bytes

    public static OciVerb Verb() => new("ID", "print statistics and out-of-memory kills of a container as JSON",
        [new("stats", '\0', null, "print the statistics once"), new("interval", '\0', "DURATION", "between statistics (default: 5s)")],
            Execute);

    private static int Execute(OciGlobals globals, VerbArguments arguments)
    {
        TimeSpan interval = Values.Duration(arguments.Text("interval") ?? "5s", "--interval");
        Container container = Container.Load(new StateStore(globals.Root), arguments.Words[0]);
        using InitProcess init = InitProcess.Open(container.Record)
            ?? throw UserError.AsRunc($"container with id {container.Id} is not running");
        if (container.Cgroup is not { } cgroup) throw new UserError("a container without a cgroup has no events", NoCgroup.Hint);
        if (arguments.Has("stats")) Print(container.Id, cgroup);
        else Follow(container.Id, cgroup, init, interval);
        return 0;
    }

    private static void Follow(string id, Cgroup cgroup, InitProcess init, TimeSpan interval)
    {
        using var oom = new Fd(cgroup.OpenOomEvents());
        long kills = cgroup.OomKills;
        long next = Environment.TickCount64, looksUntil = 0;
        Span<byte> drained = stackalloc byte[DrainedAtOnce];
        var poller = new Poller();
        PollSource end = poller.Add(init.Descriptor), memory = poller.Add(oom);
        while (true)
        {
            if (Environment.TickCount64 >= next)
            {
                Print(id, cgroup);
                next = Environment.TickCount64 + (long)interval.TotalMilliseconds;
            }
            long now = Environment.TickCount64, until = now < looksUntil ? Math.Min(next, now + LookEvery) : next;
            poller.Wait((int)Math.Clamp(until - now, 0, int.MaxValue));
            if (memory.IsReady)
            {
                Io.Read(oom, drained);
                looksUntil = Environment.TickCount64 + LookFor;
            }
            long seen = cgroup.OomKills;
            if (seen > kills) looksUntil = 0;
            for (; kills < seen; kills++)
                TextOutput.Line(JsonSerializer.Serialize(new OciEvent { Type = "oom", Id = id }, EventJson.Default.OciEvent));
            // Last, so that the kill that ended it is still told.
            if (end.IsReady) return;
        }
    }

    private static void Print(string id, Cgroup cgroup) =>
        TextOutput.Line(
            JsonSerializer.Serialize(new OciEvent { Type = "stats", Id = id, Data = cgroup.Stats() }, EventJson.Default.OciEvent));
}

/// <summary>A line of <c>events</c>.</summary>
internal sealed class OciEvent
{
    public string Type { get; set; } = "";
    public string Id { get; set; } = "";
    public CgroupStats? Data { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OciEvent))]
internal sealed partial class EventJson : JsonSerializerContext;
