using Minirun.Linux;
using Minirun.Runtime.Request;

namespace Minirun.Runtime.Plan;

/// <summary>
/// What the mount that the root file system lies in is to the host, once the tree has its first propagation: the root that is cloned from
/// it is the same, with one exception. What is shared is cut off, or all that is mounted for the container would appear on the host (runc's
/// rule), or made a slave where the document says "slave" (runc's since 1.5).
/// </summary>
/// <param name="Follows">A slave: what the host mounts below the root file system appears inside.</param>
/// <param name="IsShared">Shared, so it has to be made private; or a slave, when it follows.</param>
internal readonly record struct RootPropagation(bool Follows, bool IsShared)
{
    public static RootPropagation Of(ContainerSpec spec, Host host, long propagation, bool recursive)
    {
        if (propagation == 0 || (recursive && propagation == sys_mount.MS_SLAVE)) return new(Follows: true, IsShared: false);
        if (recursive && propagation != sys_mount.MS_SHARED) return default;
        MountInfo? mount = Find(host, spec.Oci.Root.Path);
        if (mount is null) return new(Follows: false, IsShared: true);
        bool slave = propagation == sys_mount.MS_SLAVE;
        // The first propagation was set on "/" alone.
        if (mount.Path == "/") return new(Follows: slave, IsShared: propagation == sys_mount.MS_SHARED);
        bool shared = recursive || mount.Propagation.Contains("shared:");
        return new(Follows: shared ? slave : mount.Propagation.Contains("master:"), shared);
    }

    /// <summary>Of those that the path leads through, the last; of several in one place, the uppermost.</summary>
    private static MountInfo? Find(Host host, string path)
    {
        MountInfo? found = null;
        foreach (MountInfo mount in host.Mounts)
        {
            bool holds = mount.Path == "/" || path == mount.Path || path.StartsWith(mount.Path + "/", StringComparison.Ordinal);
            if (holds && (found is null || mount.Path.Length >= found.Path.Length)) found = mount;
        }
        return found;
    }
}
