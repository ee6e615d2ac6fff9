using Minirun.Linux;
using Minirun.Runtime.Namespaces;
using Minirun.Runtime.Request;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Doctor;

/// <summary>User and group ids of a container: whose they are, and who may map them.</summary>
internal static unsafe class IdProbes
{
    private const string Install = "as root: apt-get install uidmap (Fedora: dnf install shadow-utils)";

    public static IEnumerable<Probe> Examine(Host host)
    {
        yield return Map();
        yield return Ranges(host);
        yield return Tools(host);
    }

    private static Probe Map()
    {
        // Trial writes the map; to be root inside by it shows that the kernel took it.
        Outcome tried = Trial.Run(sched.CLONE_NEWUSER, script => script.Add(2, SYS_setresuid, 0, 0, 0));
        return Probe.Of("id-map", true, tried, $"0 inside is {unistd.geteuid()} outside",
            !File.Exists("/proc/self/uid_map") ? "as root: mount -t proc proc /proc"
                : "see user-namespaces: a map that the kernel refuses is mostly AppArmor's doing, or a program file that its user cannot "
                    + "read");
    }

    private static Probe Ranges(Host host)
    {
        const string name = "subordinate-ids";
        if (host.Uid == 0) return Probe.Ok(name, false, "not needed: root maps all ids");
        var (uids, gids) = SubordinateIds.Ranges(host.Uid);
        if (uids is { } uid && gids is { } gid)
            return uid.Count < 65536 || gid.Count < 65536
                ? new Probe(name, false, ProbeState.Degraded,
                    $"{uid.Count} user ids and {gid.Count} group ids are fewer than the 65536 that images use", Grant(host.Uid))
                : Probe.Ok(name, false, $"{uid.Count} user ids from {uid.First}, {gid.Count} group ids from {gid.First}");
        string lacking = uids is null ? gids is null ? "/etc/subuid and /etc/subgid" : "/etc/subuid" : "/etc/subgid";
        return new Probe(name, false, ProbeState.Degraded, $"no range in {lacking}: a container has one user and one group",
            Grant(host.Uid));
    }

    private static string Grant(uint uid) =>
        $"as root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 \"$(id -un {uid})\" (take another range when this one "
            + $"is given away)";

    private static Probe Tools(Host host)
    {
        const string name = "newuidmap";
        if (host.Uid == 0) return Probe.Ok(name, false, "not needed: root writes the maps itself");
        foreach (string tool in (string[])["newuidmap", "newgidmap"])
        {
            if (SubordinateIds.FindTool(tool) is not { } path)
                return new Probe(name, false, ProbeState.Degraded, $"{tool} is not installed: a container has one user and one group",
                    Install);
            string bit = tool == "newuidmap" ? "cap_setuid" : "cap_setgid";
            if (!HasPower(path))
                return new Probe(name, false, ProbeState.Degraded, $"{path} is neither set-user-ID root nor has it file capabilities",
                    $"as root: setcap {bit}+ep {path} (or chmod u+s {path})");
        }
        return syscall(SYS_prctl, sys_prctl.PR_GET_NO_NEW_PRIVS) == 1
            ? new Probe(name, false, ProbeState.Degraded,
                "the caller has no_new_privs set, which takes newuidmap's powers away: a container has one user and one group",
                "start minirun without it (systemd: NoNewPrivileges=no)")
            : Probe.Ok(name, false, "newuidmap and newgidmap, with the powers they need");
    }

    private static bool HasPower(string path)
    {
        statx status;
        if (sys_stat.statx_(fcntl.AT_FDCWD, path, 0, sys_stat.STATX_BASIC_STATS, &status) < 0) return false;
        bool isSetUser = (status.stx_mode & sys_stat.S_ISUID) != 0 && status.stx_uid == 0;
        return isSetUser || sys_xattr.getxattr(path, "security.capability", null, 0) > 0;
    }
}
