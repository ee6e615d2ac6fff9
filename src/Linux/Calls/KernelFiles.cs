namespace Minirun.Linux.Calls;

/// <summary>
/// File systems in which the kernel shows and takes its own settings: procfs, sysfs, cgroups and their like. Whose file it is says nothing
/// there of whom a write concerns, and owner and mode are those of every mount (kernfs): who writes as root on behalf of a container keeps
/// out.
/// </summary>
public static unsafe class KernelFiles
{
    // Not in <linux/magic.h> of each Linux: fs/configfs/mount.c, fs/fuse/control.c, ipc/mqueue.c, fs/pidfs.c.
    private const long PID_FS_MAGIC = 0x50494446, CONFIGFS_MAGIC = 0x62656570, FUSE_CTL_SUPER_MAGIC = 0x65735543, MQUEUE_MAGIC = 0x19800202;

    private static readonly HashSet<long> s_types =
    [
        sys_vfs.PROC_SUPER_MAGIC, sys_vfs.SYSFS_MAGIC, sys_vfs.CGROUP_SUPER_MAGIC, sys_vfs.CGROUP2_SUPER_MAGIC, sys_vfs.DEBUGFS_MAGIC,
            sys_vfs.TRACEFS_MAGIC,
        sys_vfs.SECURITYFS_MAGIC, sys_vfs.SELINUX_MAGIC, sys_vfs.SMACK_MAGIC, sys_vfs.BPF_FS_MAGIC, sys_vfs.EFIVARFS_MAGIC,
            sys_vfs.PSTOREFS_MAGIC,
        sys_vfs.RDTGROUP_SUPER_MAGIC, sys_vfs.BINFMTFS_MAGIC, sys_vfs.DEVPTS_SUPER_MAGIC, sys_vfs.NSFS_MAGIC, PID_FS_MAGIC,
        CONFIGFS_MAGIC, FUSE_CTL_SUPER_MAGIC, MQUEUE_MAGIC,
    ];

    /// <summary>Whether the file of a descriptor, which may be O_PATH, is in one of them.</summary>
    /// <exception cref="LinuxException">It cannot be asked.</exception>
    public static bool Have(int fd)
    {
        statfs status;
        LinuxException.Check(sys_vfs.fstatfs_(fd, &status), "fstatfs");
        return s_types.Contains(status.f_type);
    }
}
