using System.Runtime.InteropServices;
using Minirun.Linux;
using Minirun.Linux.Calls;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_mount;
using static Minirun.Linux.sys_stat;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Mounts;

/// <summary>
/// The root of a container that has mounts and no mount namespace of its own: what it mounts is mounted in the caller's. So the root file
/// system is bound on itself first, and all its mounts lie below that one mount, with which they go when the container is deleted. Left
/// there, they would be found by whoever removes the bundle: its volumes would be emptied.
/// </summary>
internal sealed unsafe class HostRoot : IDisposable
{
    private readonly string _path;
    private readonly int _place;
    private readonly int _tree;

    private HostRoot(string path, int place, int tree)
    {
        _path = path;
        _place = place;
        _tree = tree;
        statx status = Look(tree);
        State = new HostRootState { Mount = status.stx_mnt_id, Inode = status.stx_ino };
    }

    /// <summary>What is to be written down before it is mounted.</summary>
    public HostRootState State { get; }

    /// <summary>Clones the mount, detached.</summary>
    /// <exception cref="LinuxException">It cannot be cloned.</exception>
    public static HostRoot Prepare(string path)
    {
        int place = (int)LinuxException.Check(open(path, O_PATH | O_DIRECTORY | O_CLOEXEC), "open", path);
        nint tree;
        fixed (byte* none = "\0"u8)
            tree = syscall(SYS_open_tree, place, (nint)none, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_EMPTY_PATH);
        if (tree >= 0) return new HostRoot(path, place, (int)tree);
        int errno = Marshal.GetLastPInvokeError();
        unistd.close(place);
        throw new LinuxException("open_tree", errno, path);
    }

    /// <summary>
    /// Mounts it, as a private tree: what is mounted below appears in no other namespace, and nothing of the host's goes with it in the
    /// end. Only now, because whatever is mounted on a shared mount becomes shared (mount_namespaces(7)).
    /// </summary>
    /// <exception cref="LinuxException">It cannot be mounted.</exception>
    public void Mount()
    {
        fixed (byte* none = "\0"u8)
        {
            const nint how = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
            LinuxException.Check(syscall(SYS_move_mount, _tree, (nint)none, _place, (nint)none, how), "move_mount", _path);
        }
        LinuxException.Check(MakePrivate(_tree), "mount_setattr", _path);
    }

    /// <summary>Takes it away again, and what is mounted below.</summary>
    public void Remove() => Detach(_tree, _path);

    public void Dispose()
    {
        unistd.close(_tree);
        unistd.close(_place);
    }

    /// <summary>Takes the mount of a container away, if it still is the one that its state names.</summary>
    /// <exception cref="LinuxException">It is there, and cannot be unmounted.</exception>
    public static void Remove(HostRootState state, string path)
    {
        int top = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (top < 0) return;
        try
        {
            statx status = Look(top);
            if (status.stx_mnt_id == state.Mount && status.stx_ino == state.Inode) Detach(top, path);
        }
        finally
        {
            unistd.close(top);
        }
    }

    /// <summary>
    /// A mount of the host's that a container asked for as shared is one with the host's own, which an unmount of the tree would take
    /// along: none is shared any more when it goes. EINVAL is said of what is mounted nowhere, or not any more.
    /// </summary>
    private static void Detach(int mount, string path)
    {
        MakePrivate(mount);
        fixed (byte* link = KernelText.EncodeName(Entry.Link(mount)))
            if (syscall(SYS_umount2, (nint)link, MNT_DETACH) < 0 && Marshal.GetLastPInvokeError() is not Errno.EINVAL and var errno)
                throw new LinuxException("umount2", errno, path);
    }

    private static nint MakePrivate(int mount)
    {
        var attributes = new mount_attr { propagation = MS_PRIVATE };
        fixed (byte* none = "\0"u8)
            return syscall(SYS_mount_setattr, mount, (nint)none, AT_EMPTY_PATH | AT_RECURSIVE, (nint)(&attributes), sizeof(mount_attr));
    }

    private static statx Look(int fd)
    {
        statx status;
        LinuxException.Check(statx_(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_MNT_ID | STATX_MNT_ID_UNIQUE, &status), "statx");
        return status;
    }
}
