using static Minirun.Linux.sys_mount;
using static Minirun.Runtime.Mounts.MountOptionKind;

namespace Minirun.Runtime.Mounts;

/// <summary>All options of mounts by name: what <see cref="MountOptions"/> sorts by, and <c>features</c> prints.</summary>
internal static class MountOptionTable
{
    // The names of config.md, "Linux mount options", and those of runc and crun beyond it.
    public static readonly MountOption[] All =
    [
        new("defaults", Nothing),
        new("bind", Bind), new("rbind", Bind, Recursive: true), new("remount", Remount),
        new("ro", Set, MOUNT_ATTR_RDONLY), new("rw", Clear, MOUNT_ATTR_RDONLY),
        new("rro", Set, MOUNT_ATTR_RDONLY, true), new("rrw", Clear, MOUNT_ATTR_RDONLY, true),
        new("nosuid", Set, MOUNT_ATTR_NOSUID), new("suid", Clear, MOUNT_ATTR_NOSUID),
        new("rnosuid", Set, MOUNT_ATTR_NOSUID, true), new("rsuid", Clear, MOUNT_ATTR_NOSUID, true),
        new("nodev", Set, MOUNT_ATTR_NODEV), new("dev", Clear, MOUNT_ATTR_NODEV),
        new("rnodev", Set, MOUNT_ATTR_NODEV, true), new("rdev", Clear, MOUNT_ATTR_NODEV, true),
        new("noexec", Set, MOUNT_ATTR_NOEXEC), new("exec", Clear, MOUNT_ATTR_NOEXEC),
        new("rnoexec", Set, MOUNT_ATTR_NOEXEC, true), new("rexec", Clear, MOUNT_ATTR_NOEXEC, true),
        new("nosymfollow", Set, MOUNT_ATTR_NOSYMFOLLOW), new("symfollow", Clear, MOUNT_ATTR_NOSYMFOLLOW),
        new("rnosymfollow", Set, MOUNT_ATTR_NOSYMFOLLOW, true), new("rsymfollow", Clear, MOUNT_ATTR_NOSYMFOLLOW, true),
        new("nodiratime", Set, MOUNT_ATTR_NODIRATIME), new("diratime", Clear, MOUNT_ATTR_NODIRATIME),
        new("rnodiratime", Set, MOUNT_ATTR_NODIRATIME, true), new("rdiratime", Clear, MOUNT_ATTR_NODIRATIME, true),
        new("noatime", AccessTime, MOUNT_ATTR_NOATIME), new("relatime", AccessTime, MOUNT_ATTR_RELATIME),
            new("strictatime", AccessTime, MOUNT_ATTR_STRICTATIME),
        new("rnoatime", AccessTime, MOUNT_ATTR_NOATIME, true), new("rrelatime", AccessTime, MOUNT_ATTR_RELATIME, true),
            new("rstrictatime", AccessTime, MOUNT_ATTR_STRICTATIME, true),
        // Without one of the others the kernel's choice is relatime.
        new("atime", AccessTime, MOUNT_ATTR_RELATIME), new("nostrictatime", AccessTime, MOUNT_ATTR_RELATIME), new("norelatime", Nothing),
        new("ratime", AccessTime, MOUNT_ATTR_RELATIME, true), new("rnostrictatime", AccessTime, MOUNT_ATTR_RELATIME, true),
            new("rnorelatime", Nothing),
        new("private", Propagation, MS_PRIVATE), new("slave", Propagation, MS_SLAVE), new("shared", Propagation, MS_SHARED),
            new("unbindable", Propagation, MS_UNBINDABLE),
        new("rprivate", Propagation, MS_PRIVATE, true), new("rslave", Propagation, MS_SLAVE, true),
            new("rshared", Propagation, MS_SHARED, true), new("runbindable", Propagation, MS_UNBINDABLE, true),
        new("sync", SuperBlock), new("async", SuperBlock), new("dirsync", SuperBlock), new("lazytime", SuperBlock),
            new("nolazytime", SuperBlock), new("mand", SuperBlock), new("nomand", SuperBlock),
        new("iversion", Nothing), new("noiversion", Nothing), new("silent", Nothing), new("loud", Nothing),
        new("tmpcopyup", CopyUp), new("idmap", IdMap), new("ridmap", IdMap, Recursive: true),
        new("copy-symlink", CopySymlink), new("src-nofollow", SourceNoFollow), new("dest-nofollow", TargetNoFollow),
    ];
}
