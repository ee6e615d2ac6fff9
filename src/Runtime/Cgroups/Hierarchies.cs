using Minirun.Linux;

namespace Minirun.Runtime.Cgroups;

/// <summary>What is mounted here: version 2 alone, version 1, or both (hybrid), and where we are in it.</summary>
internal sealed class Hierarchies
{
    private static readonly string[] s_known =
        ["cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "net_cls", "blkio", "perf_event", "net_prio", "hugetlb", "pids", "rdma", "misc"];

    private HashSet<string>? _unifiedControllers;

    /// <summary>Version 2; null when it is not mounted.</summary>
    public Hierarchy? Unified { get; private set; }

    /// <summary>Version 1, by controller; systemd's own is name=systemd.</summary>
    public Dictionary<string, Hierarchy> Old { get; } = [];

    /// <summary>Version 2 and nothing else.</summary>
    public bool IsUnified => Unified is not null && Old.Count == 0;

    /// <summary>Controllers that version 2 has.</summary>
    public HashSet<string> UnifiedControllers => _unifiedControllers ??= Unified is null ? [] : Words(CgroupFs.Read(Unified.Mount + "/cgroup.controllers"));

    public static Hierarchies Read() => Parse(CgroupFs.Read("/proc/self/mountinfo") ?? "", CgroupFs.Read("/proc/self/cgroup") ?? "");

    /// <summary>From the texts of mountinfo and cgroup in /proc/self.</summary>
    public static Hierarchies Parse(string mountinfo, string cgroup)
    {
        var found = new Hierarchies();
        if (!mountinfo.Contains(" - cgroup")) return found;
        foreach (ReadOnlySpan<char> line in mountinfo.AsSpan().EnumerateLines())
        {
            if (!line.Contains(" - cgroup", StringComparison.Ordinal)) continue;
            foreach (MountInfo mount in MountInfo.Parse(line.ToString()))
            {
                if (mount.Type == "cgroup2") found.Unified ??= new(mount.Path, OwnPath(cgroup, "", mount.Root));
                if (mount.Type != "cgroup") continue;
                foreach (string option in mount.SuperOptions.Split(','))
                    if (Array.IndexOf(s_known, option) >= 0 || option == "name=systemd")
                        found.Old.TryAdd(option, new(mount.Path, OwnPath(cgroup, option, mount.Root)));
            }
        }
        return found;
    }

    public static HashSet<string> Words(string? text) => [.. (text ?? "").Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>Lines are ID:CONTROLLER,CONTROLLER:PATH (cgroups(7)). In a container the mount shows only a part of the hierarchy.</summary>
    private static string OwnPath(string cgroup, string controller, string mountRoot)
    {
        foreach (string line in cgroup.Split('\n'))
        {
            int first = line.IndexOf(':'), second = first < 0 ? -1 : line.IndexOf(':', first + 1);
            if (second < 0 || Array.IndexOf(line[(first + 1)..second].Split(','), controller) < 0) continue;
            string path = line[(second + 1)..];
            if (mountRoot != "/" && path.StartsWith(mountRoot, StringComparison.Ordinal) && (path.Length == mountRoot.Length || path[mountRoot.Length] == '/')) path = path[mountRoot.Length..];
            // Out of our cgroup namespace's view (/..): the mount's root is the nearest we can name.
            return path.Length == 0 || path.StartsWith("/..", StringComparison.Ordinal) ? "/" : path;
        }
        return "/";
    }
}
