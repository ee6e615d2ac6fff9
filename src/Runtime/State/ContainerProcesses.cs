using System.Globalization;
using Minirun.Linux;

namespace Minirun.Runtime.State;

/// <summary>All processes of a container, by pids of the host.</summary>
public static class ContainerProcesses
{
    public static List<int> Of(Container container)
    {
        try
        {
            if (container.Cgroup is { } cgroup) return cgroup.Pids();
        }
        catch (LinuxException error) when (error.Number is Errno.ENOENT or Errno.ENODEV)
        {
            return [];
        }
        catch (UserError)
        {
            // What the state calls its cgroup is not, and has others in it.
        }
        // Without a cgroup: the first process and those that come of it, and what `exec` has started, which is nobody's child in there.
        SortedSet<int> pids = [];
        if (container.LivePid is not (var pid and > 0)) return [];
        AddTree(pid, pids);
        using OwnProcesses? members = OwnNamespace(container) is { } kind ? OwnProcesses.Of(pid, [kind], container.Others) : null;
        foreach (int member in members?.Pids() ?? []) AddTree(member, pids);
        return [.. pids];
    }

    /// <summary>
    /// The kind of the namespace whose members are the container's alone; null: there is none. Not first the pid namespace: other
    /// containers join that (--pid container:NAME).
    /// </summary>
    private static string? OwnNamespace(Container container) =>
        container.OwnNamespaces().Contains("mnt") ? "mnt" : container.Record.SharesPidNamespace ? null : "pid";

    private static void AddTree(int pid, SortedSet<int> pids)
    {
        if (!pids.Add(pid)) return;
        try
        {
            foreach (int child in ProcFile.Children("/proc/" + pid.ToString(CultureInfo.InvariantCulture))) AddTree(child, pids);
        }
        catch (IOException)
        {
            // It ended while we looked.
        }
    }
}
