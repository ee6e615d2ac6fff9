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
    ];

    /// <summary>The flag of a namespace by either name.</summary>
    /// <exception cref="UserError">There is no such namespace.</exception>
    public static ulong Flag(string name)
    {
        foreach (var (oci, brief, flag, _) in s_all)
            if (name == oci || name == brief) return flag;
        throw new UserError($"--ns: unknown namespace '{name}'", "the names are user, pid, uts, mnt, ipc, cgroup and net, joined by commas");
    }

    /// <summary>The OCI names of a set of flags, in the order of the slides.</summary>
    public static IEnumerable<string> OciNames(ulong flags)
    {
        foreach (var (oci, _, flag, _) in s_all)
            if ((flags & flag) != 0) yield return oci;
    }

    /// <summary>The set as strace prints it: CLONE_NEWUSER|CLONE_NEWPID.</summary>
    public static string Format(ulong flags) => string.Join('|', s_all.Where(each => (flags & each.Flag) != 0).Select(each => each.FlagName));
}
