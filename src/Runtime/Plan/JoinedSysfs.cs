using Minirun.Linux;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>
/// The sysfs of a network that the container joins. It can be mounted only by who has powers over that network (sysfs(5)), which a
/// container in another user namespace has not: minirun mounts it before, where root has started it. Else the container would see the
/// host's.
/// </summary>
internal static class JoinedSysfs
{
    /// <summary>What fork-news gets as a descriptor; null: it mounts a sysfs itself.</summary>
    public static MountSource? SourceOf(ContainerSpec spec, Host host, OciMount mount, int index) =>
        IsNeeded(spec, host, mount)
            ? new() { Path = SysTree.Place, Index = index, Detached = true, Network = PathOf(spec, sched.CLONE_NEWNET) } : null;

    public static bool IsNeeded(ContainerSpec spec, Host host, OciMount mount)
    {
        if (mount.Type != "sysfs" || !spec.Has(sched.CLONE_NEWNS) || PathOf(spec, sched.CLONE_NEWNET) is not { } network) return false;
        if ((host.Capabilities & 1UL << capability.CAP_SYS_ADMIN) == 0 || host.IsInUserNamespace) return false;
        return spec.Has(sched.CLONE_NEWUSER) || (PathOf(spec, sched.CLONE_NEWUSER) is { } user && !host.OwnsNetwork(user, network));
    }

    /// <summary>The mount of the document as one of what is there.</summary>
    public static OciMount Bound(OciMount mount) => new()
    {
        Destination = mount.Destination,
        Type = "bind",
        Source = SysTree.Place,
        Options = [.. mount.Options, "bind"],
    };

    private static string? PathOf(ContainerSpec spec, ulong kind)
    {
        foreach (JoinedNamespace each in spec.Joined)
            if (each.Flag == kind) return each.Path;
        return null;
    }
}
