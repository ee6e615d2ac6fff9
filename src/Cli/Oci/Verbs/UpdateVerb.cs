using Minirun.Cli.CommandLine;
using Minirun.Cli.Output;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Bundles;
using Minirun.Runtime.Lifecycle;
using Minirun.Runtime.Resctrl;
using Minirun.Runtime.Spec;
using Minirun.Runtime.State;

namespace Minirun.Cli.Oci.Verbs;

/// <summary><c>update</c>: other limits for a container that runs.</summary>
internal static class UpdateVerb
{
    public static OciVerb Verb() => new("ID", "change the limits of a container",
    [
        new("resources", 'r', "FILE", "linux.resources as in config.json, from a file or - (stdin); then other flags count no more"),
        new("blkio-weight", '\0', "N", "share of disk time, 10 to 1000"),
        new("cpu-period", '\0', "N", "CFS period in microseconds"),
        new("cpu-quota", '\0', "N", "CPU time in a period, in microseconds; -1: no limit"),
        new("cpu-burst", '\0', "N", "CPU time that may be saved up, in microseconds"),
        new("cpu-share", '\0', "N", "share of CPU time against other containers"),
        new("cpu-rt-period", '\0', "N", "period of real-time processes, in microseconds"),
        new("cpu-rt-runtime", '\0', "N", "CPU time of real-time processes in a period"),
        new("cpu-idle", '\0', "0|1", "1: runs only when nobody else wants to"),
        new("cpuset-cpus", '\0', "LIST", "processors: 0-3,7"),
        new("cpuset-mems", '\0', "LIST", "memory nodes"),
        new("kernel-memory", '\0', "SIZE", "taken and not used: the kernel has no such limit any more"),
        new("kernel-memory-tcp", '\0', "SIZE", "memory of TCP buffers (cgroup v1)"),
        new("memory", '\0', "SIZE", "memory limit in bytes, or 64m, 1g; -1: none"),
        new("memory-reservation", '\0', "SIZE", "memory it keeps when the machine runs short (soft limit)"),
        new("memory-swap", '\0', "SIZE", "limit of memory plus swap; -1 for unlimited swap"),
        new("pids-limit", '\0', "N", "processes; -1: no limit"),
        new("l3-cache-schema", '\0', "SCHEMA", "Intel RDT cache allocation"),
        new("mem-bw-schema", '\0', "SCHEMA", "Intel RDT memory bandwidth"),
    ], Execute);

    private static int Execute(OciGlobals globals, VerbArguments arguments)
    {
        Container container = Container.Load(new StateStore(globals.Root), arguments.Words[0], locked: true);
        if (container.Status() is ContainerStatus.Stopped or ContainerStatus.Creating) throw UserError.AsRunc("container not running");
        OciResources changes = arguments.Text("resources") is { } file ? Read(file) : ResourceFlags.Read(arguments);
        LimitChanges.DropUnset(changes);
        string? l3 = arguments.Text("l3-cache-schema"), bandwidth = arguments.Text("mem-bw-schema");
        if (l3 is not null || bandwidth is not null)
            ResctrlGroup.Update(
                container.Record.Resctrl
                    ?? throw new UserError("intelRdt: the container has no resctrl group", "it was created without linux.intelRdt"),
                ResctrlGroup.Root(MountInfo.Read()), l3, bandwidth);
        if (LimitChanges.IsEmpty(changes)) return 0;
        if (container.Cgroup is null) throw new UserError("cannot update a container without a cgroup", NoCgroup.Hint);
        try
        {
            container.Cgroup.Apply(changes);
        }
        finally
        {
            // Hierarchies that were added are the container's, also when a limit in them is refused.
            container.Directory.Write(container.Record);
        }
        container.Record.Updates ??= new();
        LimitChanges.Merge(container.Record.Updates, changes);
        container.Directory.Write(container.Record);
        return 0;
    }

    private static OciResources Read(string file)
    {
        if (file != "-")
            return Bundle.ParseResources(Bundle.ReadGiven(file), file);
        return Bundle.ParseResources(StandardInput.ReadAll(), "stdin");
    }
}
