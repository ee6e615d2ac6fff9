using Minirun.Linux;

namespace Minirun.Runtime.Request;

/// <summary>
/// As root a container that may mount has a cgroup of its own in every hierarchy, or does not run. A new mount of a control group file
/// system shows the cgroup that its mounter's cgroup namespace begins at, with all below it (cgroup_namespaces(7)). Who may mount may make
/// such a namespace as well, wherever it is: no namespace of ours helps, only where the container is when it begins.
/// </summary>
internal static class CgroupNeed
{
    /// <summary>The operations of a plan that take the right to mount away: without one, it may be there.</summary>
    internal static readonly string[] Holds = ["seccomp", "caps", "bounding-caps"];

    public static bool Has(RunOptions options, Host host, ulong namespaces) => MayMount(options, host, namespaces) && IsRoot(host);

    /// <summary>An ordinary user's container may change no cgroup of others: they are not the user's.</summary>
    public static bool IsRoot(Host host) => host.Uid == 0 && !host.IsInUserNamespace;

    private static bool MayMount(RunOptions options, Host host, ulong namespaces) =>
        options.Privileged || options.Seccomp is not (null or "builtin")
        || (options.CapAdd.Count > 0 && (CapabilityChoice.Choose(options, host, namespaces) & 1UL << capability.CAP_SYS_ADMIN) != 0)
        || options.Without.Exists(name => Array.IndexOf(Holds, name) >= 0);
}
