using Minirun.Linux;
using Minirun.Plan;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_mount;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>
/// Mounts, by descriptor from end to end: a file system or tree is opened detached, given its attributes, and moved onto a target that
/// was resolved inside the root. No path in the root is ever followed by mount(2).
/// </summary>
internal static unsafe class Mounts
{
    /// <summary>
    /// S1: type, S2: target, S3: options (zero-separated, a double zero ends them), A: attributes, S4: source of the fallback, S5: what is
    /// shown as its source. C, E, F as for <see cref="Bind"/>.
    /// </summary>
    public static bool NewFileSystem(Child* child, PlanOp* op)
    {
        byte* mode = stackalloc byte[8];
        int target = Target(child, op, mode);
        if (target < 0) return Trees.MayBeLeftOut(child, op);
        if ((op->Flags & OpFlags.Classic) != 0) return FileSystems.MountClassic(child, op, target);
        int tree = FileSystems.Make(child, child->At(op->S1), op->S5 != 0 ? child->At(op->S5) : child->At(op->S1), mode, child->At(op->S3),
            (int)op->A);
        if (tree < 0 && (op->Flags & OpFlags.Fallback) != 0)
        {
            // The kernel shows a new proc or sysfs only to those who already see all of one: "mount too revealing".
            tree = Trees.OpenTree(child, AT_FDCWD, child->At(op->S4), recursive: true);
            if (tree >= 0 && !Trees.SetAttributes(child, tree, (ulong)op->A, 0, 0, recursive: true)) { Child.Close(tree); tree = -1; }
            child->Outcome = ReportKind.FellBack;
        }
        bool mounted = tree >= 0 && ((op->Flags & OpFlags.CopyUp) == 0 || CopyUp.Copy(child, target, tree))
            && ((op->C | op->E | op->F) == 0 || Trees.SetAttributes(child, tree, (ulong)op->E, (ulong)op->F, (ulong)op->C, recursive: true))
            && Trees.Move(child, tree, target)
            && (child->Outcome != ReportKind.FellBack || HideCgroups(child, tree));
        // What lies under the new devpts, in a /dev that we made: a directory that is empty, and that nobody can reach any more.
        if (mounted && (op->Flags & OpFlags.IsPts) != 0 && (op->Flags & OpFlags.InDev) != 0) child->Empty = target;
        else Child.Close(target);
        if (!mounted) { Child.Close(tree); return Trees.MayBeLeftOut(child, op); }
        Keep(child, op, tree);
        return true;
    }

    /// <summary>S1: lower directory, S2: target, S3: tmpfs options of a throwaway upper layer, S4: flag userxattr, A: attributes.</summary>
    public static bool Overlay(Child* child, PlanOp* op)
    {
        int target = Rootfs.Resolve(child, child->At(op->S2), op->Flags, create: true);
        if (target < 0) return false;
        int overlay = FileSystems.MakeThrowaway(child, child->At(op->S1), child->At(op->S3), child->At(op->S4), (int)op->A);
        bool mounted = overlay >= 0 && MayCover(child, op->Flags, target) && Trees.Move(child, overlay, target);
        Child.Close(overlay);
        Child.Close(target);
        return mounted;
    }

    /// <summary>
    /// S1: source, or Fd; S2: target; A: attributes to set, B: to clear, C: propagation, D: device number the source must have, E, F:
    /// attributes to set and to clear on the whole tree.
    /// </summary>
    public static bool Bind(Child* child, PlanOp* op)
    {
        int place = -1, tree = OpenSource(child, op, &place);
        if (tree < 0) { Child.Close(place); return Trees.MayBeLeftOut(child, op); }
        bool done = Trees.IsDevice(child, op, tree, sys_stat.S_IFCHR)
            && ((op->Flags & OpFlags.SourceIsProc) == 0 || IsProc(child, tree) || child->Fail(SYS_fstatfs, Errno.EPERM))
            && ((op->Flags & OpFlags.MapsIds) == 0 || MapIds(child, op, tree))
            && SetAllAttributes(child, op, tree)
            && (place >= 0 ? Trees.Move(child, tree, place) : MoveInto(child, op, tree, op->Flags));
        Child.Close(place);
        Child.Close(tree);
        return done || Trees.MayBeLeftOut(child, op);
    }

    /// <summary>
    /// Only who owns the file system may map ids, and in a user namespace we do not: the parent does it, to the clone that we both have,
    /// before it is mounted anywhere (mount_setattr(2)).
    /// </summary>
    private static bool MapIds(Child* child, PlanOp* op, int tree)
    {
        if (!Reports.SendDescriptor(child, ReportKind.Tree, op->Index, tree)) return false;
        Waiting.AwaitGo(child->Plan->ReportFd);
        return true;
    }

    /// <summary>S2: a mount that is there, A: attributes to set, B: to clear, C: propagation, E, F: for the whole tree.</summary>
    public static bool Remount(Child* child, PlanOp* op)
    {
        int target = Rootfs.Resolve(child, child->At(op->S2), op->Flags, create: false);
        bool done = target >= 0 && SetAllAttributes(child, op, target);
        Child.Close(target);
        return done;
    }

    /// <summary>A: attributes to set on what operation B mounted: read-only, when all that had to be made in it is made.</summary>
    public static bool SetLater(Child* child, PlanOp* op)
    {
        PlanOp* of = (PlanOp*)((byte*)child->Plan + child->Plan->OpsOffset);
        while (of->Index != op->B) of++;
        // What was left out needs nothing.
        return of->Fd <= 0 || Trees.SetAttributes(child, of->Fd, (ulong)op->A, 0, 0, recursive: false);
    }

    /// <summary>One call where one does.</summary>
    private static bool SetAllAttributes(Child* child, PlanOp* op, int tree)
    {
        bool all = (op->Flags & OpFlags.PropagationRecursive) != 0;
        long recursive = all ? op->C : 0, top = all ? 0 : op->C;
        return ((op->E | op->F | recursive) == 0
            || Trees.SetAttributes(child, tree, (ulong)op->E, (ulong)op->F, (ulong)recursive, recursive: true))
            && ((op->A | op->B | top) == 0 || Trees.SetAttributes(child, tree, (ulong)op->A, (ulong)op->B, (ulong)top, recursive: false));
    }

    /// <summary>
    /// S2: what is hidden: a directory under an empty read-only one, the same for all; a file under the parent's /dev/null.
    /// </summary>
    public static bool Mask(Child* child, PlanOp* op)
    {
        int target = Rootfs.Resolve(child, child->At(op->S2), op->Flags, create: false);
        if (target < 0) return Trees.MayBeLeftOut(child, op);
        bool file = (op->Flags & OpFlags.EitherKind) != 0 ? !Trees.IsDirectory(child, target) : (op->Flags & OpFlags.File) != 0;
        int tree = file ? Null(child, op) : EmptyDirectory(child);
        bool masked = tree >= 0 && Trees.Move(child, tree, target);
        Child.Close(target);
        // The first serves the others.
        if (masked && file && child->Null < 0) child->Null = tree;
        else if (masked && !file && child->Empty < 0) child->Empty = tree;
        else Child.Close(tree);
        return masked;
    }

    /// <summary>In an outer container's /sys there are its control groups, which are another's here; a new sysfs has none.</summary>
    private static bool HideCgroups(Child* child, int sys)
    {
        int place = (int)child->Call(SYS_openat, sys, (nint)Text.Pointer("fs/cgroup"u8), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (place < 0) return child->Errno is Errno.ENOENT or Errno.ENOTDIR;
        int tree = EmptyDirectory(child);
        bool hidden = tree >= 0 && Trees.Move(child, tree, place);
        Child.Close(place);
        if (hidden && child->Empty < 0) child->Empty = tree;
        else Child.Close(tree);
        return hidden;
    }

    public static bool MoveInto(Child* child, PlanOp* op, int tree, OpFlags flags)
    {
        int target = Rootfs.Resolve(child, child->At(op->S2), flags, create: true);
        bool moved = target >= 0 && MayCover(child, flags, target) && Trees.Move(child, tree, target);
        Child.Close(target);
        return moved;
    }

    /// <summary>
    /// The place of a new file system, made when it is missing; one that was there gives a tmpfs its <paramref name="mode"/>, in octal.
    /// </summary>
    private static int Target(Child* child, PlanOp* op, byte* mode)
    {
        *mode = 0;
        bool keeps = (op->Flags & OpFlags.KeepMode) != 0;
        int target = Rootfs.Resolve(child, child->At(op->S2), op->Flags, create: !keeps);
        statx status;
        if (target >= 0 && keeps && Trees.Stat(child, target, &status)) Text.WriteOctal(mode, status.stx_mode & 0xfff);
        if (target < 0 && keeps && child->Errno == Errno.ENOENT) target = Rootfs.Resolve(child, child->At(op->S2), op->Flags, create: true);
        if (target < 0 || MayCover(child, op->Flags, target)) return target;
        Child.Close(target);
        return -1;
    }

    /// <summary>
    /// Wherever the symlinks of a root file system lead: what the kernel says about processes is not replaced (CVE-2019-16884).
    /// </summary>
    private static bool MayCover(Child* child, OpFlags flags, int target) =>
        (flags & OpFlags.NotInProc) == 0 || !IsProc(child, target) || child->Fail(SYS_move_mount, Errno.EPERM);

    private static bool IsProc(Child* child, int fd)
    {
        statfs status;
        return child->Try(SYS_fstatfs, fd, (nint)(&status)) && status.f_type == sys_vfs.PROC_SUPER_MAGIC;
    }

    /// <summary>A source in the root is mounted onto itself: <paramref name="place"/> is then the target too.</summary>
    private static int OpenSource(Child* child, PlanOp* op, int* place)
    {
        bool recursive = (op->Flags & OpFlags.Recursive) != 0;
        if (op->Fd > 0) return (op->Flags & OpFlags.Detached) != 0 ? op->Fd : Trees.OpenTree(child, op->Fd, Text.Pointer(""u8), recursive);
        if ((op->Flags & OpFlags.SourceOfOwnTree) != 0)
        {
            int from = Rootfs.Resolve(child, child->At(op->S1), OpFlags.None, create: false);
            int tree = from < 0 ? -1 : Trees.OpenTree(child, from, Text.Pointer(""u8), recursive);
            Child.Close(from);
            return tree;
        }
        if ((op->Flags & OpFlags.SourceInRoot) == 0)
            return Trees.OpenTree(child, AT_FDCWD, child->At(op->S1), recursive,
                (op->Flags & OpFlags.SourceNoFollow) != 0 ? AT_SYMLINK_NOFOLLOW : 0);
        *place = Rootfs.Resolve(child, child->At(op->S1), op->Flags, create: false);
        return *place < 0 ? -1 : Trees.OpenTree(child, *place, Text.Pointer(""u8), recursive);
    }

    /// <summary>The host's, read-only: it can be written to, being a device, and neither its mode nor its owner can be changed.</summary>
    private static int Null(Child* child, PlanOp* op)
    {
        if (child->Null >= 0) return Trees.OpenTree(child, child->Null, Text.Pointer(""u8), recursive: false);
        int tree = Trees.OpenTree(child, AT_FDCWD, Text.Pointer("/dev/null"u8), recursive: false);
        if (tree >= 0 && Trees.IsDevice(child, op, tree, sys_stat.S_IFCHR)
            && Trees.SetAttributes(child, tree, MOUNT_ATTR_RDONLY, 0, MS_PRIVATE, recursive: false)) return tree;
        Child.Close(tree);
        return -1;
    }

    /// <summary>
    /// A read-only mount of an empty directory. A tmpfs of its own costs ten times a clone of one that is there, so only without that.
    /// </summary>
    private static int EmptyDirectory(Child* child)
    {
        const int hidden = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
        if (child->Empty < 0) return FileSystems.Make(child, Text.Pointer("tmpfs"u8), null, hidden);
        int tree = Trees.OpenTree(child, child->Empty, Text.Pointer(""u8), recursive: false);
        if (tree < 0 || Trees.SetAttributes(child, tree, hidden, 0, 0, recursive: false)) return tree;
        Child.Close(tree);
        return -1;
    }

    private static void Keep(Child* child, PlanOp* op, int tree)
    {
        if ((op->Flags & OpFlags.IsDev) != 0) child->Dev = tree;
        else if ((op->Flags & OpFlags.IsPts) != 0) child->Pts = tree;
        else if ((op->Flags & OpFlags.KeepOpen) == 0) Child.Close(tree);
        if ((op->Flags & OpFlags.KeepOpen) != 0) op->Fd = tree;
    }
}
