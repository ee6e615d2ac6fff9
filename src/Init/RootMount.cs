using Minirun.Linux;
using Minirun.Plan;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_mount;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>
/// The mount that becomes the container's "/": how it is made, and how it is entered. The raw child has already changed into its directory.
/// </summary>
internal static unsafe class RootMount
{
    /// <summary>
    /// pivot_root wants its new root to be a mount point, so the directory is bound (pivot_root(2)): on "/", where no path of the host
    /// leads through it, and unbindable until it is entered. A volume whose source holds the root file system would else show what we mount
    /// in it: a /proc without its masks. Where it is mounted in its own place, the mount that it lies in is the container's alone then, or
    /// the host would see it too.
    /// </summary>
    public static bool Bind(Child* child, PlanOp* op)
    {
        BindRootArguments* wanted = &op->BindRoot;
        nint tree = child->Call(SYS_open_tree, AT_FDCWD, (nint)Text.Pointer("."u8), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
        child->Root = (int)tree;
        // Now: once there is a mount on "/", a ".." that leads to "/" ends in that.
        if (wanted->Follows) child->Origin = (int)OpenMountOf(child);
        if (wanted->Follows && wanted->IsShared && !SetPropagation(child, child->Origin, MS_SLAVE)) return false;
        if (tree < 0
            || (wanted->Attributes != 0 && !Trees.SetAttributes(child, child->Root, (ulong)wanted->Attributes, 0, 0, recursive: true))
            || !SetPropagation(child, child->Root, MS_UNBINDABLE)) return false;
        return wanted->IsInPlace
            ? MoveInPlace(child, wanted->IsShared && !wanted->Follows ? MS_PRIVATE : MS_SLAVE)
            : Trees.MoveOnTop(child, child->Root);
    }

    private static bool MoveInPlace(Child* child, int propagation)
    {
        nint parent = OpenMountOf(child);
        bool alone = parent >= 0 && SetPropagation(child, (int)parent, (ulong)propagation);
        Child.Close(parent);
        return alone
            && child->Try(SYS_move_mount, child->Root, Text.Empty, AT_FDCWD, (nint)Text.Pointer("."u8), MOVE_MOUNT_F_EMPTY_PATH)
            && child->Try(SYS_fchdir, child->Root);
    }

    /// <summary>
    /// The directory as the lower layer of an overlay whose upper layer is a tmpfs: writes vanish with the namespace.
    /// From there on it is a root like any other: one mount on "/".
    /// </summary>
    public static bool Overlay(Child* child, PlanOp* op)
    {
        child->Root = FileSystems.MakeThrowaway(child, Text.Pointer("."u8), &op->Overlay);
        return child->Root >= 0 && SetPropagation(child, child->Root, MS_UNBINDABLE) && Trees.MoveOnTop(child, child->Root);
    }

    /// <summary>Without a mount namespace there is only the directory itself.</summary>
    public static bool Open(Child* child)
    {
        child->Root = (int)child->Call(SYS_openat, AT_FDCWD, (nint)Text.Pointer("."u8), O_PATH | O_DIRECTORY | O_CLOEXEC);
        return child->Root >= 0;
    }

    private static bool SetPropagation(Child* child, int mount, ulong propagation) =>
        Trees.SetAttributes(child, mount, 0, 0, propagation, recursive: false);

    /// <summary>
    /// Nothing of the host's is bound from here on, so the root may be bound again; and as it was a moment before it was made unbindable: a
    /// slave of the mount that the root file system lies in, when that is one. Older kernels than Linux 5.15 leave it private.
    /// </summary>
    public static bool Settle(Child* child)
    {
        if (child->IsSettled) return true;
        child->IsSettled = true;
        const nint setGroup = MOVE_MOUNT_SET_GROUP | MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
        if (!SetPropagation(child, child->Root, MS_PRIVATE)) return false;
        if (child->Origin >= 0) child->Call(SYS_move_mount, child->Origin, Text.Empty, child->Root, Text.Empty, setGroup);
        Child.Close(child->Origin);
        child->Origin = -1;
        return true;
    }

    /// <summary>
    /// pivot_root(".", ".") stacks the old root on top of the new one at "/", where a lazy unmount takes it away: no directory for the old
    /// root is ever needed (pivot_root(2), NOTES). Old mounts that are still shared with the host are made slaves first: an unmount goes to
    /// all peers (mount_namespaces(7)).
    /// </summary>
    public static bool Pivot(Child* child, PlanOp* op) =>
        RootCheck.RememberOldRoot(child)
        && Settle(child)
        && child->Try(SYS_fchdir, child->Root)
        && child->Try(SYS_pivot_root, (nint)Text.Pointer("."u8), (nint)Text.Pointer("."u8))
        && (!op->PivotRoot.OldIsShared || Trees.SetAttributes(child, child->OldRoot, 0, 0, MS_SLAVE, recursive: true))
        && DetachOldRoot(child)
        && child->Try(SYS_chdir, (nint)Text.Pointer("/"u8));

    /// <summary>
    /// One unmount takes the uppermost mount alone, and the old root may have had others upon it, as after `mount -t tmpfs none /`: they go
    /// one by one. The ".." of a root is that root, followed up through what is mounted upon it.
    /// </summary>
    private static bool DetachOldRoot(Child* child)
    {
        statx root, top;
        if (!RootCheck.Look(child, child->Root, Text.Pointer(""u8), &root)) return false;
        ulong last = 0;
        do
        {
            if (!child->Try(SYS_umount2, (nint)Text.Pointer("."u8), MNT_DETACH)
                || !RootCheck.Look(child, AT_FDCWD, Text.Pointer("/.."u8), &top)) return false;
            // An unmount that says it is done and is not, as an outer filter may have it, would be asked for without an end.
            if (top.stx_mnt_id == last) return child->Fail(SYS_umount2, Errno.EBUSY);
            last = top.stx_mnt_id;
        }
        while (top.stx_mnt_id == child->OldRootId || RootCheck.IsOlder(&top, &root));
        return true;
    }

    /// <summary>The root of the mount that the working directory is in.</summary>
    private static nint OpenMountOf(Child* child)
    {
        nint fd = child->Call(SYS_openat, AT_FDCWD, (nint)Text.Pointer("."u8), O_PATH | O_CLOEXEC);
        statx status;
        while (fd >= 0 && Trees.Stat(child, (int)fd, &status) && (status.stx_attributes & sys_stat.STATX_ATTR_MOUNT_ROOT) == 0)
        {
            nint up = child->Call(SYS_openat, fd, (nint)Text.Pointer(".."u8), O_PATH | O_CLOEXEC);
            Child.Close(fd);
            fd = up;
        }
        return fd;
    }

    /// <summary>
    /// For a root on the initial ramdisk, which pivot_root refuses: the new root lies on top of "/" already. The host's procfs and sysfs
    /// are taken away first: one that is fully visible, be it below, would let the container mount them anew without their masks.
    /// </summary>
    public static bool Move(Child* child, PlanOp* op)
    {
        nint tmpfs = (nint)Text.Pointer("tmpfs"u8);
        for (byte* path = child->At(op->MoveRoot.KernelMounts); path != null && *path != 0; path += Text.Length(path) + 1)
            if (!child->Try(SYS_umount2, (nint)path, MNT_DETACH) && child->Errno is Errno.EINVAL or Errno.EPERM
                && !child->Try(SYS_mount, tmpfs, (nint)path, tmpfs, MS_RDONLY, 0)) return false;
        return RootCheck.RememberOldRoot(child) && Settle(child) && Chroot(child);
    }

    public static bool Chroot(Child* child) =>
        child->Try(SYS_fchdir, child->Root)
        && child->Try(SYS_chroot, (nint)Text.Pointer("."u8))
        && child->Try(SYS_chdir, (nint)Text.Pointer("/"u8));

    /// <summary>Of the root mount, once it is "/".</summary>
    public static bool SetAttributes(Child* child, PlanOp* op)
    {
        mount_attr attributes = default;
        attributes.attr_set = (ulong)op->RootAttributes.Attributes;
        attributes.propagation = (ulong)op->RootAttributes.Propagation;
        int tree = (op->Flags & OpFlags.PropagationRecursive) != 0 ? AT_RECURSIVE : 0;
        return child->Try(SYS_mount_setattr, AT_FDCWD, (nint)Text.Pointer("/"u8), tree, (nint)(&attributes), sizeof(mount_attr));
    }
}
