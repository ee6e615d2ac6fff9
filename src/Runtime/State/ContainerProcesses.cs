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
        // Without a cgroup: the first process and those that come of it.
        List<int> pids = [];
        if (container.LivePid is var pid and > 0) AddTree(pid, pids);
        return pids;
    }

    private static void AddTree(int pid, List<int> pids)
    {
        pids.Add(pid);
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
