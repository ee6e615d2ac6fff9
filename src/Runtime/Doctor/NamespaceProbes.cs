using Minirun.Linux;
using Minirun.Runtime.Namespaces;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Doctor;

/// <summary>Namespaces: the user namespace with its powers, and each of the others in one.</summary>
internal static class NamespaceProbes
{
    private const ulong Needed = sched.CLONE_NEWPID | sched.CLONE_NEWUTS | sched.CLONE_NEWNS | sched.CLONE_NEWIPC | sched.CLONE_NEWCGROUP;
    private const string AppArmor = "kernel.apparmor_restrict_unprivileged_userns";

    public static IEnumerable<Probe> Examine(string program)
    {
        yield return UserNamespaces(program);
        yield return Restriction(program);
        yield return Others();
        yield return Network();
        yield return Time();
    }

    /// <summary>AppArmor lets the namespace be made and takes its capabilities away: so something is done that needs one.</summary>
    private static Outcome TryUser() => Trial.Run(sched.CLONE_NEWUSER, script => script.Add(2, SYS_prctl, sys_prctl.PR_CAPBSET_DROP, 0));

    private static Probe UserNamespaces(string program)
    {
        Outcome tried = TryUser();
        string limit = Setting.Sysctl("user.max_user_namespaces") is { } most ? $", up to {most} of them" : "";
        return tried.IsOk
            ? Probe.Ok("user-namespaces", true, "can be made, and give the capabilities they should" + limit)
            : new Probe("user-namespaces", true, ProbeState.Missing, tried.ToString(), Fix(tried, program));
    }

    private static string Fix(Outcome tried, string program)
    {
        const string limit = "user.max_user_namespaces", debian = "kernel.unprivileged_userns_clone";
        if (Setting.Sysctl(limit) == "0") return Setting.Fix(limit, "15000");
        if (tried.Error == Errno.ENOSPC) return $"{limit} is used up, here or in an outer user namespace; {Setting.Fix(limit, "15000")}";
        if (tried.Error == Errno.EUSERS) return "user namespaces are nested too deep (32 at most): start from further out";
        if (unistd.geteuid() != 0 && Setting.Sysctl(debian) == "0") return Setting.Fix(debian, "1");
        if (unistd.geteuid() != 0 && Setting.Sysctl(AppArmor) == "1") return Profile(program);
        if (tried.Error == Errno.EINVAL) return "a kernel with CONFIG_USER_NS=y";
        if (!MountInfo.Read().Any(mount => mount.Path == "/"))
            return "the caller is in a chroot, where the kernel allows none: use pivot_root there, or start minirun outside of it";
        return "an outer container or a seccomp filter forbids them: start it with --security-opt seccomp=unconfined (docker, podman); "
            + "root can do without: minirun run --userns host";
    }

    private static string Profile(string program) =>
        $"as root: printf 'abi <abi/4.0>,\\ninclude <tunables/global>\\nprofile minirun {program} flags=(unconfined) {{ userns, }}\\n' "
            + $">/etc/apparmor.d/minirun && apparmor_parser -r /etc/apparmor.d/minirun "
        + $"(or, for all programs: sysctl -w {AppArmor}=0)";

    private static Probe Restriction(string program)
    {
        const string name = "apparmor";
        string profiles = Setting.Read("/sys/module/apparmor/parameters/enabled") == "Y"
            ? "profiles can be applied; "
            : "not active, so there are no profiles; ";
        if (Setting.Sysctl(AppArmor) != "1") return Probe.Ok(name, false, profiles + "does not restrict user namespaces");
        if (unistd.geteuid() == 0) return Probe.Ok(name, false, profiles + "restricts the user namespaces of ordinary users, not root's");
        return TryUser().IsOk
            ? Probe.Ok(name, false, profiles + "restricts user namespaces, but a profile lets minirun make them")
            : new Probe(name, false, ProbeState.Missing, $"{AppArmor}=1 takes the capabilities of user namespaces away", Profile(program));
    }

    private static Probe Others()
    {
        foreach (string oci in NamespaceSet.OciNames(Needed))
        {
            Outcome tried = Trial.Run(sched.CLONE_NEWUSER | NamespaceSet.Flag(oci));
            if (!tried.IsOk) return Missing("namespaces", true, oci, tried);
        }
        return Probe.Ok("namespaces", true, string.Join(", ", NamespaceSet.OciNames(Needed)));
    }

    private static Probe Network()
    {
        Outcome tried = Trial.Run(sched.CLONE_NEWUSER | sched.CLONE_NEWNET);
        return tried.IsOk ? Probe.Ok("network-namespace", false, "for --net none") : Missing("network-namespace", false, "network", tried);
    }

    /// <summary>Entered by unshare: it holds for children alone.</summary>
    private static Probe Time() =>
        Probe.Of("time-namespace", false, Trial.Run(sched.CLONE_NEWUSER, script => script.Add(2, SYS_unshare, (nint)sched.CLONE_NEWTIME)),
        "a container can have its own uptime", "a kernel from 5.6 on with CONFIG_TIME_NS=y");

    /// <summary>
    /// The clone asked for two namespaces; which one was refused is known from whether the user namespace alone can be had.
    /// </summary>
    private static Probe Missing(string name, bool needed, string oci, Outcome tried)
    {
        if (!TryUser().IsOk) return Probe.Missing(name, needed, tried, "");
        string limit = $"user.max_{(oci == "mount" ? "mnt" : oci == "network" ? "net" : oci)}_namespaces";
        return new Probe(name, needed, ProbeState.Missing, $"{oci}: {tried}",
            tried.Error == Errno.ENOSPC
                ? Setting.Fix(limit, "15000")
                : $"a kernel with CONFIG_{(oci == "network" ? "NET" : oci.ToUpperInvariant())}_NS=y");
    }
}
