using Minirun.Linux;
using Minirun.Runtime.Cgroups;

namespace Minirun.Runtime.Launch;

/// <summary>Why a process that was killed does not end: three things keep it, and each has another remedy.</summary>
public static class StuckProcess
{
    /// <summary>Of the first of them that something keeps.</summary>
    public static (string Why, string Hint) Explain(List<int> pids) => Find(pids) ?? ("it was killed, and does not end",
        "its processes are in ps: state D waits for a device or a network file system, t is traced");

    /// <summary>Null when none of the three is seen.</summary>
    public static (string Why, string Hint)? Find(List<int> pids)
    {
        foreach (int pid in pids)
        {
            Dictionary<string, string> status = Status(pid);
            string name = $"process {pid} ({status.GetValueOrDefault("Name")})";
            if (status.GetValueOrDefault("TracerPid") is { } tracer and not "0")
                return ($"{name} is traced by process {tracer}, which does not release it",
                    $"end that: kill -CONT {tracer}, or kill -9 {tracer}");
            if (Frozen(pid) is { } cgroup)
                return ($"{name} is frozen by the cgroup {cgroup}", "thaw that cgroup: what is frozen does not end before");
            if (status.GetValueOrDefault("State")?.StartsWith('D') == true)
                return ($"{name} waits in the kernel", "for a device or a network file system, mostly: it ends when that answers");
        }
        return null;
    }

    private static Dictionary<string, string> Status(int pid)
    {
        Dictionary<string, string> fields = [];
        try
        {
            foreach (string line in ProcFile.Read($"/proc/{pid}/status").Split('\n'))
                if (line.IndexOf(':') is > 0 and var colon) fields[line[..colon]] = line[(colon + 1)..].Trim();
        }
        catch (LinuxException)
        {
            // It has ended.
        }
        return fields;
    }

    /// <summary>A cgroup that it is in, or one above, that is frozen: on version 1 SIGKILL waits, too.</summary>
    private static string? Frozen(int pid)
    {
        if (CgroupFs.Read($"/proc/{pid}/cgroup") is not { } text) return null;
        Hierarchies all = Hierarchies.Parse(CgroupFs.Read("/proc/self/mountinfo") ?? "", text);
        foreach (Hierarchy? each in (Hierarchy?[])[all.Old.GetValueOrDefault("freezer"), all.Unified])
            for (string own = each?.Own ?? ""; own.Length > 1; own = own[..own.LastIndexOf('/')])
                if (Freezer.IsFrozen(each!.Mount + own)) return each.Mount + own;
        return null;
    }
}
