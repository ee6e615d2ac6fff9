using System.Text;
using System.Text.Json.Nodes;
using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Engine;
using Minirun.Engine.Events;
using Minirun.Engine.Execution;
using Minirun.Engine.Life;
using Minirun.Engine.Records;
using Minirun.Runtime;
using Minirun.Runtime.Bundles;
using Minirun.Runtime.Lifecycle;
using Minirun.Runtime.Spec;

namespace Minirun.Cli.Verbs.Container;

/// <summary><c>update</c>: other limits for containers, at once and for their next start, and another restart policy.</summary>
internal static class UpdateVerb
{
    public static MinirunVerb Verb() => new("CONTAINER…", "change limits and the restart policy of containers", [
        new("memory", 'm', "SIZE", "memory: 64m, 1g"),
        new("memory-swap", '\0', "SIZE", "limit of memory plus swap; -1 for unlimited swap"),
        new("memory-reservation", '\0', "SIZE", "memory it keeps when the machine runs short (soft limit)"),
        new("cpus", '\0', "NUMBER", "processors: 1.5"),
        new("cpu-shares", 'c', "N", "share of CPU time against other containers"),
        new("cpu-quota", '\0', "N", "CPU time in a period, in microseconds"),
        new("cpu-period", '\0', "N", "that period, in microseconds"),
        new("cpuset-cpus", '\0', "LIST", "processors: 0-3,7"),
        new("cpuset-mems", '\0', "LIST", "memory nodes"),
        new("pids-limit", '\0', "N", "processes; -1: no limit"),
        new("blkio-weight", '\0', "N", "share of disk time, 10 to 1000"),
        new("restart", '\0', "POLICY", "no, on-failure[:N], always, unless-stopped"),
    ], Execute);

    private static int Execute(VerbArguments words)
    {
        OciResources changes = Read(words);
        RestartPolicy? restart = words.Text("restart") is { } text ? EngineValues.Restart(text) : null;
        if (restart is null && LimitChanges.IsEmpty(changes))
            throw new UserError("update: you must provide one or more flags when using this command", "minirun update --help lists them");
        return EachWord.Do(words, word => Update(ContainerRepair.Find(ContainerStores.Own, word), changes, restart));
    }

    /// <summary>First the kernel: what it refuses is not kept either.</summary>
    private static void Update(EngineContainer container, OciResources changes, RestartPolicy? restart)
    {
        using IDisposable held = ContainerLock.Await(container);
        if (restart is not null && container.Config.AutoRemove)
            throw new UserError($"container {container.Config.Name}: conflicting options: --restart and --rm",
                "a container that is removed cannot be started again");
        if (!LimitChanges.IsEmpty(changes))
        {
            string file = container.Directory + "/config.json";
            OciSpec spec = Bundle.Parse(Bundle.ReadFile(file), file);
            LimitChanges.Merge(spec.Linux.Resources ??= new(), changes);
            Check(container, spec);
            if (ContainerRepair.State(container).Pid > 0) ExecutionDrivers.Of(container).Update(container.Id, Json(changes));
            AtomicFile.Write(file, Encoding.UTF8.GetBytes(spec.ToJson()));
        }
        if (restart is not null)
        {
            container.Config.Restart = restart;
            container.WriteConfig();
        }
        EngineEvents.Add(container, "update");
    }

    /// <summary>Each value may be one, and not go with what the container has: it could neither be started nor changed again.</summary>
    private static void Check(EngineContainer container, OciSpec spec)
    {
        try
        {
            Bundle.Check(spec);
        }
        catch (UserError error)
        {
            string had = $"what the container has besides: minirun inspect -f '{{{{json .HostConfig}}}}' {container.Config.Name}";
            throw new UserError(FieldNames.InFlags(error.Message), had);
        }
    }

    private static OciResources Read(VerbArguments words)
    {
        var asked = new RunRequest();
        // What run refuses: of a container that does not run no kernel says what is wrong, and its next start would fail.
        foreach (Flag flag in Verb().Flags)
            if (words.Text(flag.Name) is { } value) RunFlags.Find(flag.Long)?.Put(asked, value);
        OciResources changes = ResourceFlags.Read(words);
        OciCpu cpu = changes.Cpu!;
        if (words.Text("cpu-shares") is not null) cpu.Shares = (ulong)words.Number("cpu-shares", 0);
        if (words.Text("cpus") is not null)
        {
            if (cpu.Quota is not null || cpu.Period is not null)
                throw new UserError("conflicting options: --cpus and --cpu-quota or --cpu-period",
                    "--cpus 1.5 is --cpu-quota 150000 --cpu-period 100000");
            (cpu.Quota, cpu.Period) = (asked.Resources!.Cpu!.Quota, asked.Resources.Cpu.Period);
        }
        // Docker's 0 is no limit; an OCI runtime's is one process.
        if (changes.Pids is { Limit: 0 } pids) pids.Limit = -1;
        LimitChanges.DropUnset(changes);
        return changes;
    }

    private static byte[] Json(OciResources changes)
    {
        var spec = new OciSpec();
        spec.Linux.Resources = changes;
        return Encoding.UTF8.GetBytes(JsonNode.Parse(spec.ToJson())!["linux"]!["resources"]!.ToJsonString());
    }
}
