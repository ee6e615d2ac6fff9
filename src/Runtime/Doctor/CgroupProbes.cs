using Minirun.Linux;

namespace Minirun.Runtime.Doctor;

/// <summary>Control groups: which kind, and what of them is ours to use.</summary>
internal static class CgroupProbes
{
    private const string Unified = "boot with systemd.unified_cgroup_hierarchy=1 on the kernel's command line";

    private const string FavorDynMods = "favordynmods";

    // A move waits for an RCU grace period, unless the kernel keeps its lock ready for moves; then forks and exits pay a little.
    private const string Slow = ", without " + FavorDynMods
        + ": to move a process into a cgroup can take 10 ms, to be born in it does not (from Linux 6.0 on, as root: mount -o remount,"
        + FavorDynMods + " …)";

    public static IEnumerable<Probe> Examine()
    {
        List<MountInfo> mounts = [.. MountInfo.Read()];
        MountInfo? unified = mounts.Find(mount => mount.Type == "cgroup2");
        yield return Mode(mounts, unified);
        yield return Delegation(unified);
        yield return Kill(unified);
        yield return Pressure();
    }

    private static Probe Mode(List<MountInfo> mounts, MountInfo? unified)
    {
        const string name = "cgroups";
        bool hasOld = mounts.Exists(mount => mount.Type == "cgroup");
        string favours = unified is null ? "" : unified.SuperOptions.Split(',').Contains("favordynmods") ? ", " + FavorDynMods : Slow;
        return (unified, hasOld) switch
        {
            (not null, false) => Probe.Ok(name, false, $"version 2 on {unified.Path}{favours}"),
            (not null,
                true) => new Probe(name, false, ProbeState.Degraded,
                    $"hybrid: controllers in version 1, version 2 on {unified.Path}{favours}", Unified),
            (null, true) => new Probe(name, false, ProbeState.Degraded, "version 1 only", Unified),
            _ => new Probe(name, false, ProbeState.Missing, "none is mounted: containers run without limits",
                "as root: mount -t cgroup2 cgroup2 /sys/fs/cgroup"),
        };
    }

    private static Probe Delegation(MountInfo? unified)
    {
        const string name = "cgroup-delegation";
        const string fix = "systemd-run --user --scope -p Delegate=yes minirun …, or for all sessions, as root: systemctl edit "
            + "user@.service, with [Service] Delegate=cpu cpuset io memory pids";
        if (unified is null) return new Probe(name, false, ProbeState.Missing, "needs cgroup version 2", Unified);
        string directory = Own(unified);
        string controllers = Setting.Read(Path.Combine(directory, "cgroup.controllers")) ?? "";
        foreach (string path in (string[])[directory, Path.Combine(directory, "cgroup.procs"),
            Path.Combine(directory, "cgroup.subtree_control")])
            if (fcntl.faccessat(fcntl.AT_FDCWD, path, unistd.W_OK, fcntl.AT_EACCESS) < 0)
                return new Probe(name, false, ProbeState.Degraded,
                    $"{path.TrimEnd('/')} is not yours to write: containers run without limits", fix);
        return controllers.Length == 0
            ? new Probe(name, false, ProbeState.Degraded, $"{directory.TrimEnd('/')} is yours, but has no controllers", fix)
            : Probe.Ok(name, false, $"{directory.TrimEnd('/')} with {controllers}");
    }

    /// <summary>The directory of the cgroup that we are in.</summary>
    private static string Own(MountInfo unified)
    {
        string own =
            Setting.Read("/proc/self/cgroup")?.Split('\n').FirstOrDefault(line => line.StartsWith("0::", StringComparison.Ordinal))?[3..]
            ?? "/";
        // In a container the mount shows a part of the hierarchy.
        string inMount = unified.Root != "/" && own.StartsWith(unified.Root, StringComparison.Ordinal) ? own[unified.Root.Length..] : own;
        return unified.Path + "/" + inMount.Trim('/');
    }

    /// <summary>Every cgroup but the root has the file.</summary>
    private static Probe Kill(MountInfo? unified)
    {
        const string name = "cgroup-kill";
        if (unified is null) return new Probe(name, false, ProbeState.Missing, "needs cgroup version 2", Unified);
        string own = Own(unified);
        bool isThere = File.Exists(Path.Combine(own, "cgroup.kill"))
            || AnyChild(unified.Path) is { } child && File.Exists(Path.Combine(child, "cgroup.kill"));
        return isThere
            ? Probe.Ok(name, false, "all processes of a container can be killed at once")
            : new Probe(name, false, ProbeState.Missing, "no cgroup.kill: processes of a container are killed one by one",
                "a kernel from 5.14 on");
    }

    private static string? AnyChild(string directory)
    {
        try
        {
            return Directory.EnumerateDirectories(directory).FirstOrDefault();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static Probe Pressure() => Setting.Read("/proc/pressure/memory") is null
        ? new Probe("pressure", false, ProbeState.Missing, "no pressure stall information", "boot with psi=1 on the kernel's command line")
        : Probe.Ok("pressure", false, "cpu, memory and io stalls can be read");
}
