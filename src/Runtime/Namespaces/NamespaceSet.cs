using Minirun.Linux;

namespace Minirun.Runtime.Namespaces;

/// <summary>Namespaces by the names that OCI and unshare(1) use, and their CLONE_ flags.</summary>
public static class NamespaceSet
{
    private static readonly (string Oci, string Short, ulong Flag, string FlagName)[] s_all =
    [
        ("user", "user", sched.CLONE_NEWUSER, "CLONE_NEWUSER"),
        ("pid", "pid", sched.CLONE_NEWPID, "CLONE_NEWPID"),
        ("uts", "uts", sched.CLONE_NEWUTS, "CLONE_NEWUTS"),
        ("mount", "mnt", sched.CLONE_NEWNS, "CLONE_NEWNS"),
        ("ipc", "ipc", sched.CLONE_NEWIPC, "CLONE_NEWIPC"),
        ("cgroup", "cgroup", sched.CLONE_NEWCGROUP, "CLONE_NEWCGROUP"),
        ("network", "net", sched.CLONE_NEWNET, "CLONE_NEWNET"),
        ("time", "time", sched.CLONE_NEWTIME, "CLONE_NEWTIME"),
    ];

    /// <summary>The flag of a namespace by its OCI name.</summary>
    /// <exception cref="UserError">There is no such namespace.</exception>
    public static ulong Find(string name)
    {
        foreach (var (oci, _, flag, _) in s_all)
            if (name == oci) return flag;
        throw new UserError($"linux.namespaces: unknown namespace '{name}'",
            "the types are user, pid, uts, mount, ipc, cgroup, network and time");
    }

    /// <summary>The name of a namespace's file in /proc/PID/ns.</summary>
    public static string File(ulong flag)
    {
        foreach (var (_, brief, each, _) in s_all)
            if (each == flag) return brief;
        throw new ArgumentOutOfRangeException(nameof(flag));
    }

    /// <summary>The flag of a namespace by either name, for <c>--ns</c>.</summary>
    /// <exception cref="UserError">There is no such namespace.</exception>
    public static ulong Flag(string name)
    {
        foreach (var (oci, brief, flag, _) in s_all)
            if ((name == oci || name == brief) && flag != sched.CLONE_NEWTIME) return flag;
        throw new UserError($"--ns: unknown namespace '{name}'",
            "the names are user, pid, uts, mnt, ipc, cgroup and net, joined by commas");
    }

    /// <summary>The OCI names of a set of flags, in the order of the slides.</summary>
    public static IEnumerable<string> OciNames(ulong flags)
    {
        foreach (var (oci, _, flag, _) in s_all)
            if ((flags & flag) != 0) yield return oci;
    }

    /// <summary>The set as strace prints it: CLONE_NEWUSER|CLONE_NEWPID.</summary>
    public static string Format(ulong flags) =>
        string.Join('|', s_all.Where(each => (flags & each.Flag) != 0).Select(each => each.FlagName));
}
