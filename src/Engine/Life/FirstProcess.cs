using System.Globalization;
using Minirun.Engine.Execution;
using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.State;

namespace Minirun.Engine.Life;

/// <summary>
/// A container's first process, held by a pidfd, when it is known to be that. What state.json says may be spoilt, and name anybody's
/// process: the kernel says whose it is, by its cgroup, by its parent, or by its namespaces.
/// </summary>
public sealed class FirstProcess : IDisposable
{
    private FirstProcess(InitProcess init, int pid, ulong startTime) => (Init, Pid, StartTime) = (init, pid, startTime);

    internal InitProcess Init { get; }
    public int Pid { get; }
    public ulong StartTime { get; }

    /// <summary>Null when none lives, or none is known.</summary>
    public static FirstProcess? Find(EngineContainer container)
    {
        ContainerState state = ContainerRepair.State(container);
        if (state.Pid <= 0) return null;
        if (state.BootId == EngineContainer.BootId() && Open(container, state.Pid, state.StartTime) is { } named) return named;
        return OfRuntime(container);
    }

    /// <summary>As the runtime has written it down, which keeps files of its own.</summary>
    public static FirstProcess? OfRuntime(EngineContainer container) =>
        ExecutionDrivers.Find(container)?.First(container.Id) is { } kept ? Open(container, kept.Pid, kept.StartTime) : null;

    /// <summary>Waits for the end of a container's first process; false when there is none.</summary>
    public static bool WaitForEnd(EngineContainer container)
    {
        using FirstProcess? first = Find(container);
        return first?.Init.WaitForEnd(Timeout.Infinite) == true;
    }

    public void Dispose() => Init.Dispose();

    private static FirstProcess? Open(EngineContainer container, int pid, ulong startTime)
    {
        if (InitProcess.Open(new ContainerRecord { Pid = pid, StartTime = startTime }) is not { } init) return null;
        if (IsOf(container, pid, startTime)) return new(init, pid, startTime);
        init.Dispose();
        return null;
    }

    private static bool IsOf(EngineContainer container, int pid, ulong startTime)
    {
        if (HasCgroup(pid, container.Id) || IsChildOfMonitor(pid, container.Id)) return true;
        if (ExecutionDrivers.Find(container)?.First(container.Id) is { } kept && kept != (pid, startTime)) return false;
        // Only files say so: at least it is in a mount namespace that is not ours, and no other container's.
        string? space = ProcFile.ReadLink(ProcessIdentity.Directory(pid) + "/ns/mnt");
        return space is not null && space != ProcFile.ReadLink("/proc/self/ns/mnt")
            && !new ContainerStore(container.Paths).All().Exists(other => other.Id != container.Id && Names(other, pid, startTime));
    }

    private static bool Names(EngineContainer other, int pid, ulong startTime) =>
        (other.Read() is { } state && state.Pid == pid && state.StartTime == startTime)
            || ExecutionDrivers.Find(other)?.First(other.Id) == (pid, startTime);

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
