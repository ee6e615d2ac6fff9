using System.Globalization;
using Minirun.Engine.Execution;
using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.State;

namespace Minirun.Engine.Life;

/// <summary>
/// Finds a container's first process, and proves that it is that. What state.json says may be spoilt, and name anybody's process: the
/// kernel says whose it is, by its cgroup, by its parent, or by its namespaces.
/// </summary>
public static class FirstProcess
{
    /// <summary>Null when none lives, or none is known.</summary>
    public static HeldContainer? Find(EngineContainer container)
    {
        ContainerState state = ContainerRepair.State(container);
        if (state.Pid <= 0) return null;
        if (state.BootId == EngineContainer.BootId() && Open(container, state.Pid, state.StartTime) is { } named) return named;
        return OfRuntime(container);
    }

    /// <summary>As the runtime has written it down, which keeps files of its own.</summary>
    public static HeldContainer? OfRuntime(EngineContainer container) =>
        Known(container) is var (pid, startTime) ? Open(container, pid, startTime) : null;

    /// <summary>Of a container whose monitor we are: it is our child, and we have not waited for it.</summary>
    internal static HeldContainer OfMonitor(EngineContainer container, int pid) => Hold(container, InitProcess.OpenChild(pid));

    /// <summary>Waits for the end of a container's first process; false when there is none.</summary>
    public static bool WaitForEnd(EngineContainer container)
    {
        using HeldContainer? held = Find(container);
        return held?.First.WaitForEnd(Timeout.Infinite) == true;
    }

    private static HeldContainer Hold(EngineContainer container, InitProcess first) => new()
    {
        Id = container.Id,
        First = first,
        CgroupPath = () => ParentCgroup.PathFor(container),
        OwnNamespaces = container.OwnNamespaces,
        Others = () => OtherContainers.Processes(container),
    };

    private static HeldContainer? Open(EngineContainer container, int pid, ulong startTime)
    {
        if (InitProcess.Open(pid, startTime) is not { } first) return null;
        if (IsOf(container, pid, startTime)) return Hold(container, first);
        first.Dispose();
        return null;
    }

    /// <summary>What the runtime knows for its own; null when nothing of it runs.</summary>
    private static (int Pid, ulong StartTime)? Known(EngineContainer container) =>
        ExecutionDrivers.Find(container).Info(container.Id, proven: true) is { Runs: true } info ? (info.Pid, info.StartTime) : null;

    private static bool IsOf(EngineContainer container, int pid, ulong startTime)
    {
        if (HasCgroup(pid, container.Id) || IsChildOfMonitor(pid, container.Id)) return true;
        if (Known(container) is { } kept && kept != (pid, startTime)) return false;
        // Only files say so: at least it is in a mount namespace that is not ours, and no other container's.
        string? space = ProcFile.ReadLink(ProcessIdentity.Directory(pid) + "/ns/mnt");
        return space is not null && space != ProcFile.ReadLink("/proc/self/ns/mnt")
            && !new ContainerStore(container.Paths).All().Exists(other => other.Id != container.Id && Names(other, pid, startTime));
    }

    private static bool Names(EngineContainer other, int pid, ulong startTime) =>
        (other.Read() is { } state && state.Pid == pid && state.StartTime == startTime)
            || Known(other) == (pid, startTime);

    /// <summary>Its path has the container's id, which nobody else's has.</summary>
    private static bool HasCgroup(int pid, string id) => Text(pid, "cgroup").Contains(id, StringComparison.Ordinal);

    private static bool IsChildOfMonitor(int pid, string id)
    {
        string stat = Text(pid, "stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields is [_, var parent, ..] && int.TryParse(parent, out int monitor) && LivingMonitor.Is(monitor, id);
    }

    private static string Text(int pid, string file)
    {
        try
        {
            return ProcFile.Read($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/{file}");
        }
        catch (LinuxException)
        {
            return "";
        }
    }
}
