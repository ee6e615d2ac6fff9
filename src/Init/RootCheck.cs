using Minirun.Linux;
using Minirun.Plan;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_mount;
using static Minirun.Linux.sys_stat;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>
/// Proves, while we still could do something about it, that the root was entered: that there is one way out, and nothing of the host's is
/// left. Whatever made the root, and whatever entered it, the end has to be the same.
/// </summary>
internal static unsafe class RootCheck
{
    private const int Standard = 3;   // stdin, stdout, stderr

    public static bool Check(Child* child, RootEntry entry)
    {
        statx root;
        return child->IsAtRoot = Look(child, AT_FDCWD, Text.Pointer("/"u8), &root)
            && (child->Root < 0 || Is(child, child->Root, Text.Pointer(""u8), &root, Errno.EXDEV))
            && Is(child, AT_FDCWD, Text.Pointer("/.."u8), &root, Errno.EXDEV)
            && Is(child, AT_FDCWD, Text.Pointer("."u8), &root, Errno.ESTALE)
            && (entry == RootEntry.Joined || OldRootIsGone(child, &root, staysBelow: entry == RootEntry.Moved))
            && NoDirectoryCameAlong(child);
    }

    /// <summary>Before the root is entered: what is to be gone afterwards.</summary>
    public static bool RememberOldRoot(Child* child)
    {
        statx root;
        child->OldRoot = (int)child->Call(SYS_openat, AT_FDCWD, (nint)Text.Pointer("/"u8), O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (child->OldRoot < 0 || !Look(child, child->OldRoot, Text.Pointer(""u8), &root)) return false;
        child->OldRootId = root.stx_mnt_id;
        return true;
    }

    /// <summary>Inode and mount of a place. Mounts have numbers that are never used again from Linux 6.8 on.</summary>
    public static bool Look(Child* child, int from, byte* path, statx* status)
    {
        const uint wanted = STATX_TYPE | STATX_INO | STATX_MNT_ID | STATX_MNT_ID_UNIQUE;
        int how = *path == 0 ? AT_EMPTY_PATH : 0;
        return child->Try(SYS_statx, from, (nint)path, how, (nint)wanted, (nint)status)
            && ((status->stx_mask & (STATX_MNT_ID | STATX_MNT_ID_UNIQUE)) != 0 || child->Fail(SYS_statx, Errno.ENOSYS));
    }

    /// <summary>Whether one mount is known to have been there before the other.</summary>
    public static bool IsOlder(statx* mount, statx* other) =>
        (mount->stx_mask & STATX_MNT_ID_UNIQUE) != 0 && mount->stx_mnt_id < other->stx_mnt_id;

    private static bool Is(Child* child, int from, byte* path, statx* root, int errno)
    {
        statx other;
        if (!Look(child, from, path, &other)) return false;
        bool same = other.stx_mnt_id == root->stx_mnt_id && other.stx_ino == root->stx_ino
            && other.stx_dev_major == root->stx_dev_major && other.stx_dev_minor == root->stx_dev_minor;
        return same || child->Fail(SYS_statx, errno);
    }

    /// <summary>
    /// The old root is in the namespace no more, and with it goes all that is mounted below. A list of mounts shows those alone that can be
    /// reached from our root, so it would not tell of one that lies below it, as after a chroot. But it tells of others than the old root:
    /// the host's mounts were cloned with the namespace, and got their numbers then; the old root's is the first of them, our root's comes
    /// after the last.
    /// </summary>
    private static bool OldRootIsGone(Child* child, statx* root, bool staysBelow)
    {
        bool gone = (staysBelow || IsOutside(child, child->OldRoot))
            && ((root->stx_mask & STATX_MNT_ID_UNIQUE) == 0 || ListIsOurs(child, root->stx_mnt_id));
        Child.Close(child->OldRoot);
        child->OldRoot = -1;
        return gone;
    }

    /// <summary>Also where the kernel cannot list them.</summary>
    private static bool ListIsOurs(Child* child, ulong root)
    {
        // struct mnt_id_req: its size, below which mount, after which one.
        ulong* request = stackalloc ulong[] { MNT_ID_REQ_SIZE_VER0, LSMT_ROOT, child->OldRootId - 1 };
        ulong first;
        nint count = child->Call(SYS_listmount, (nint)request, (nint)(&first), 1);
        // An outer container's filter may not know the call.
        if (count < 0 && child->Errno is Errno.ENOSYS or Errno.EPERM) return true;
        return count >= 0 && (count == 0 || first >= root || child->Fail(SYS_listmount, Errno.EBUSY));
    }

    /// <summary>Attributes can be set on mounts of our namespace alone; this one is private already.</summary>
    private static bool IsOutside(Child* child, int mount)
    {
        if (!Trees.SetAttributes(child, mount, 0, 0, MS_PRIVATE, recursive: false)) return child->Errno == Errno.EINVAL;
        return child->Fail(SYS_mount_setattr, Errno.EBUSY);
    }

    /// <summary>
    /// A directory of the caller's as stdin, stdout or stderr would be a way out: its ".." leads through the host's tree.
    /// </summary>
    private static bool NoDirectoryCameAlong(Child* child)
    {
        for (int fd = 0; fd < Standard; fd++)
            if (Trees.IsDirectory(child, fd)) return child->Fail(SYS_statx, Errno.EISDIR);
        return true;
    }
}
