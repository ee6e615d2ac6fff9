using Minirun.Linux;
using Minirun.Plan;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_mount;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>Trees of mounts by descriptor: what a detached one is, what attributes it has, and where it is moved to.</summary>
internal static unsafe class Trees
{
    public static bool Move(Child* child, int tree, int target) =>
        child->Try(SYS_move_mount, tree, (nint)Text.Pointer(""u8), target, (nint)Text.Pointer(""u8),
            MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);

    /// <summary>Onto a name in a directory that is ours alone. A symlink is not followed.</summary>
    public static bool MoveTo(Child* child, int tree, int directory, byte* name) =>
        child->Try(SYS_move_mount, tree, Text.Empty, directory, (nint)name, MOVE_MOUNT_F_EMPTY_PATH);

    public static bool IsDirectory(Child* child, int fd)
    {
        statx status;
        return Stat(child, fd, &status) && (status.stx_mode & sys_stat.S_IFMT) == sys_stat.S_IFDIR;
    }

    public static bool Stat(Child* child, int fd, statx* status) =>
        child->Try(SYS_statx, fd, (nint)Text.Pointer(""u8), AT_EMPTY_PATH, (nint)sys_stat.STATX_BASIC_STATS, (nint)status);

    public static int OpenTree(Child* child, int from, byte* path, bool recursive, int flags = 0) =>
        (int)child->Call(SYS_open_tree, from, (nint)path,
            OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | flags | (recursive ? AT_RECURSIVE : 0) | (*path == 0 ? AT_EMPTY_PATH : 0));

    /// <summary>One call where one does.</summary>
    public static bool Change(Child* child, int tree, MountChange* change, OpFlags flags)
    {
        bool all = (flags & OpFlags.PropagationRecursive) != 0;
        long ofTree = all ? change->Propagation : 0, ofTop = all ? 0 : change->Propagation;
        return ((change->TreeSet | change->TreeClear | ofTree) == 0
                || SetAttributes(child, tree, (ulong)change->TreeSet, (ulong)change->TreeClear, (ulong)ofTree, recursive: true))
            && ((change->Set | change->Clear | ofTop) == 0
                || SetAttributes(child, tree, (ulong)change->Set, (ulong)change->Clear, (ulong)ofTop, recursive: false));
    }

    public static bool SetAttributes(Child* child, int tree, ulong set, ulong clear, ulong propagation, bool recursive)
    {
        mount_attr attributes;
        attributes.attr_set = set;
        attributes.attr_clr = clear;
        attributes.propagation = propagation;
        attributes.userns_fd = 0;
        return child->Try(SYS_mount_setattr, tree, (nint)Text.Pointer(""u8), AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0),
            (nint)(&attributes), sizeof(mount_attr));
    }

    /// <summary>A device node that is bound must be the device it is named after (CVE-2025-31133).</summary>
    /// <param name="child">Us.</param>
    /// <param name="number">A <see cref="DeviceNumber"/>; 0: it may be anything.</param>
    /// <param name="tree">What is bound.</param>
    /// <param name="type">S_IFCHR or S_IFBLK.</param>
    public static bool IsDevice(Child* child, long number, int tree, int type)
    {
        if (number == 0) return true;
        statx status;
        if (!Stat(child, tree, &status)) return false;
        bool same =
            (status.stx_mode & sys_stat.S_IFMT) == type && DeviceNumber.From(status.stx_rdev_major, status.stx_rdev_minor) == number;
        return same || child->Fail(SYS_open_tree, Errno.ENODEV);
    }

    /// <summary>
    /// An optional mount whose source or target is missing and cannot be made is left out, and said to be. What protects is left out only
    /// when there is nothing to protect: any other failure must not leave a path open.
    /// </summary>
    public static bool MayBeLeftOut(Child* child, PlanOp* op)
    {
        if ((op->Flags & OpFlags.Optional) == 0) return false;
        bool missing = child->Errno is Errno.ENOENT or Errno.ENOTDIR;
        bool protects = op->Code == OpCode.Mask || (op->Flags & OpFlags.SourceInRoot) != 0;
        if (!missing && (protects || child->Errno is not (Errno.EROFS or Errno.EACCES or Errno.EPERM or Errno.ELOOP or Errno.ENODEV)))
            return false;
        child->Outcome = ReportKind.Skipped;
        return true;
    }

    /// <summary>On whatever is the uppermost mount on "/" by now.</summary>
    public static bool MoveOnTop(Child* child, int tree) =>
        child->Try(SYS_move_mount, tree, Text.Empty, AT_FDCWD, (nint)Text.Pointer("/"u8), MOVE_MOUNT_F_EMPTY_PATH);
}
