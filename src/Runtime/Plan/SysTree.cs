using Minirun.Linux;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>
/// The host's /sys for a container that may unmount what covers the control groups in it (CAP_SYS_ADMIN): where a document mounts or hides
/// something on /sys/fs/cgroup, nothing of the host's lies below that. Without this capability the cover holds: in a mount namespace of a
/// user namespace that a container makes, what came from outside is locked (mount_namespaces(7)).
/// </summary>
public static class SysTree
{
    internal const string Place = "/sys";

    private const string FileSystems = "/sys/fs";

    /// <summary>
    /// Whether this mount of the document is to be made in parts: where the command may unmount, and in a background container wherever
    /// it costs nothing, as `exec --privileged` may there.
    /// </summary>
    internal static bool IsNeeded(ContainerSpec spec, Host host, OciMount mount) =>
        spec.Has(sched.CLONE_NEWNS) && HasCover(spec.Oci, mount)
        && (MayUnmount(spec) ? Top(host) is not null : spec.Policy.Background && CanBeCloned(host));

    /// <summary>The mounts that take the place of this one; itself where nothing is to be left out.</summary>
    internal static IEnumerable<OciMount> Parts(ContainerSpec spec, Host host, OciMount mount) =>
        JoinedSysfs.IsNeeded(spec, host, mount) ? [JoinedSysfs.Bound(mount)]
        : !IsNeeded(spec, host, mount) ? [mount] : CanBeCloned(host) ? CloneParts(host, mount) : NamedParts(spec.Oci, host, mount);

    /// <summary>
    /// Writes the parts into a document for another runtime, which would bind /sys with all that is mounted in it and then mount the cover:
    /// by their names, as its user namespace is made before it mounts. The command may unmount, or what enters the container later may.
    /// </summary>
    /// <returns>Whether it has a cover.</returns>
    public static bool Divide(OciSpec oci, Host host)
    {
        int at = oci.Mounts.FindIndex(mount => HasCover(oci, mount));
        if (at < 0 || !oci.Linux.Namespaces.Exists(each => each.Type == "mount")) return false;
        List<OciMount> parts = NamedParts(oci, host, oci.Mounts[at]);
        oci.Mounts.RemoveAt(at);
        oci.Mounts.InsertRange(at, parts);
        return true;
    }

    /// <summary>
    /// What minirun itself has to clone: in a user namespace of the container's own the host's mounts are locked to one another, and /sys
    /// cannot be had without those in it (has_locked_children).
    /// </summary>
    internal static MountSource? SourceOf(ContainerSpec spec, Host host, OciMount mount, int index) =>
        (spec.Has(sched.CLONE_NEWUSER) || spec.Joins(sched.CLONE_NEWUSER)) && IsNeeded(spec, host, mount) && CanBeCloned(host)
            ? new() { Path = Place, Index = index, Detached = true } : null;

    private static bool HasCover(OciSpec oci, OciMount mount) =>
        mount is { Destination: Place, Source: Place } && mount.Options.Contains("rbind")
        && (oci.Linux.MaskedPaths.Contains(CgroupMounts.Place) || oci.Mounts.Exists(other => other.Destination == CgroupMounts.Place));

    private static bool MayUnmount(ContainerSpec spec) =>
        spec.Oci.Process.Capabilities is { } sets && sets.Bounding.Contains("CAP_SYS_ADMIN");

    private static MountInfo? Top(Host host) => host.Mounts.LastOrDefault(each => each.Path == Place);

    /// <summary>
    /// A clone of ours loses the lock that would keep a read-only /sys read-only; and it must be all that lies above the control groups.
    /// </summary>
    private static bool CanBeCloned(Host host) =>
        (host.Capabilities & 1UL << capability.CAP_SYS_ADMIN) != 0 && !host.IsInUserNamespace
        && Top(host) is { Type: "sysfs", Root: "/" } top && !top.Options.Split(',').Contains("ro")
            && !host.Mounts.Any(each => each.Path == FileSystems);

    /// <summary>The top alone, and each mount in it but those of the control groups.</summary>
    private static List<OciMount> CloneParts(Host host, OciMount mount)
    {
        List<OciMount> parts = [Part(mount, Place, recursive: false)];
        foreach (MountInfo each in host.Mounts)
            if (IsIn(each.Path, Place) && each.Path != CgroupMounts.Place && !IsIn(each.Path, CgroupMounts.Place)
                && host.FileType(each.Path) != 0
                && !parts.Exists(part => part.Destination == each.Path || (part.Destination != Place && IsIn(each.Path, part.Destination))))
                parts.Add(Part(mount, each.Path, recursive: true));
        return parts;
    }

    /// <summary>
    /// One by one by their names, on a tmpfs: all that an ordinary user, and who is in a user namespace, can have of /sys without what is
    /// mounted in it.
    /// </summary>
    private static List<OciMount> NamedParts(OciSpec oci, Host host, OciMount mount)
    {
        string access = mount.Options.Exists(option => option is "ro" or "rro") ? "ro" : "rw";
        List<OciMount> parts = [Tmpfs(Place, access)];
        foreach (string path in (IEnumerable<string>)[.. host.Names(Place), .. host.Names(FileSystems)])
            if (path is not (FileSystems or CgroupMounts.Place) && host.FileType(path) != 0) parts.Add(Part(mount, path, recursive: true));
        if (oci.Linux.MaskedPaths.Contains(CgroupMounts.Place)) parts.Add(Tmpfs(CgroupMounts.Place, "ro"));
        return parts;
    }

    private static OciMount Part(OciMount of, string path, bool recursive) => new()
    {
        Destination = path,
        Type = of.Type,
        Source = path,
        Options = [.. of.Options.Select(option => option == "rbind" && !recursive ? "bind" : option)],
    };

    private static OciMount Tmpfs(string place, string access) =>
        new() { Destination = place, Type = "tmpfs", Source = "sysfs", Options = ["nosuid", "nodev", "noexec", "mode=755", access] };

    private static bool IsIn(string path, string parent) =>
        path.Length > parent.Length && path.StartsWith(parent, StringComparison.Ordinal) && path[parent.Length] == '/';
}
