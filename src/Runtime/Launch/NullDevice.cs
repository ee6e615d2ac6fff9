using Minirun.Linux;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_mount;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Launch;

/// <summary>
/// The host's /dev/null for a process that joins a container, which may have none of its own any more: through a read-only mount that lies
/// nowhere, so that whoever gets the descriptor can read and write, and not change the node's mode, owner and times.
/// </summary>
internal static unsafe class NullDevice
{
    private const string Path = "/dev/null";

    /// <summary>
    /// Ours, where they are that device. Without the right to mount they stay: then the node is not the caller's to change either.
    /// </summary>
    public static void Seal()
    {
        int own = -1;
        for (int fd = 0; fd < 3; fd++)
        {
            if (!IsNull(fd)) continue;
            if (own < 0 && (own = Open()) < 0) return;
            syscall(SYS_dup3, own, fd, 0);
        }
        if (own >= 0) unistd.close(own);
    }

    private static int Open()
    {
        int tree, fd = -1;
        var attributes = new mount_attr { attr_set = MOUNT_ATTR_RDONLY };
        fixed (byte* path = KernelText.EncodeName(Path), empty = "\0"u8)
        {
            tree = (int)syscall(SYS_open_tree, AT_FDCWD, (nint)path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
            if (tree < 0) return -1;
            if (syscall(SYS_mount_setattr, tree, (nint)empty, AT_EMPTY_PATH, (nint)(&attributes), sizeof(mount_attr)) == 0)
                fd = open($"/proc/self/fd/{tree}", O_RDWR | O_NOCTTY | O_CLOEXEC);
        }
        unistd.close(tree);
        if (fd < 0 || IsNull(fd)) return fd;
        unistd.close(fd);
        return -1;
    }

    private static bool IsNull(int fd)
    {
        statx status;
        return sys_stat.statx_(fd, "", AT_EMPTY_PATH, sys_stat.STATX_BASIC_STATS, &status) == 0
            && (status.stx_mode & sys_stat.S_IFMT) == sys_stat.S_IFCHR && status is { stx_rdev_major: 1, stx_rdev_minor: 3 };
    }
}
