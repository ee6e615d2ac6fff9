using Minirun.Linux;
using Minirun.Runtime.Mounts;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>
/// Whether nodev is to be locked: for a command that may mount (CAP_SYS_ADMIN) in a user namespace, where root has started it. An ordinary
/// user has no device nodes but the host's own, whose permissions hold; and root with the host's user namespace has a cgroup of devices
/// (<see cref="DeviceChoice"/>).
/// </summary>
internal static class LockedDevices
{
    private const ulong Needed = 1UL << capability.CAP_SYS_ADMIN | 1UL << capability.CAP_SYS_CHROOT;

    public static LockDevicesStep? Find(ContainerSpec spec, Host host)
    {
        bool mayMount = (spec.Capabilities & 1UL << capability.CAP_SYS_ADMIN) != 0;
        if (!mayMount || !spec.RootHasNoDevices) return null;
        if (!spec.Has(sched.CLONE_NEWUSER) || !spec.Has(sched.CLONE_NEWNS)) return null;
        if ((host.Capabilities & Needed) != Needed || host.IsInUserNamespace) return null;
        List<string> sources = WithDevices(spec, host);
        if (sources.Contains("/")) return null;
        return new()
        {
            Name = "lock-nodev",
            Sources = sources,
            Why = "device nodes in the root and in volumes open nothing, and CAP_SYS_ADMIN inside cannot change that: nodev is set "
                + "before the "
                + "user namespace is made, which locks it (mount_namespaces(7))",
        };
    }

    /// <summary>Where the devices come from, and what was given with its own.</summary>
    private static List<string> WithDevices(ContainerSpec spec, Host host)
    {
        List<string> sources = ["/dev"];
        foreach (OciMount mount in spec.Oci.Mounts)
        {
            bool binds = mount.Type == "bind" || MountOptions.Parse(mount.Options).IsBind;
            if (!binds || mount.Source is not { } source || mount.Options.Exists(option => option is "nodev" or "rnodev")) continue;
            string path = host.FullPath(source);
            if (!sources.Contains(path) && !path.StartsWith("/dev/", StringComparison.Ordinal)) sources.Add(path);
        }
        return sources;
    }
}
