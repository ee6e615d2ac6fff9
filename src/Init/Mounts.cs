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
    /// <summary>A new file system, or what takes its place where the kernel refuses one.</summary>
    public static bool NewFileSystem(Child* child, PlanOp* op)
    {
        FileSystemArguments* wanted = &op->FileSystem;
        byte* mode = stackalloc byte[8], name = NameInDev(child, op);
        *mode = 0;
        int target = name != null ? -1 : Target(child, op, mode);
        if (target < 0 && name == null) return Trees.MayBeLeftOut(child, op);
        if ((op->Flags & OpFlags.Classic) != 0) return FileSystems.MountClassic(child, wanted, target);
        byte* type = child->At(wanted->Type), shown = wanted->Shown.IsNone ? type : child->At(wanted->Shown);
        int tree = FileSystems.Make(child, type, shown, mode, child->At(wanted->Options), (int)wanted->Change.Set);
        if (tree < 0 && (op->Flags & OpFlags.Fallback) != 0)
        {
            // The kernel shows a new proc or sysfs only to those who already see all of one: "mount too revealing".
            tree = Trees.OpenTree(child, AT_FDCWD, child->At(wanted->Fallback), recursive: true);
            if (tree >= 0 && !Trees.SetAttributes(child, tree, (ulong)wanted->Change.Set, 0, 0, recursive: true))
            {
                child->CloseSoon(tree);
                tree = -1;
            }
            child->Outcome = ReportKind.FellBack;
        }
        bool mounted = tree >= 0 && ((op->Flags & OpFlags.CopyUp) == 0 || CopyUp.Copy(child, target, tree))
            && ChangeWhole(child, tree, &wanted->Change)
            && (name != null ? Trees.MoveTo(child, tree, child->Dev, name) : Trees.Move(child, tree, target))
            && (child->Outcome != ReportKind.FellBack || HideCgroups(child, tree));
        // What lies under the new devpts, in a /dev that we made: a directory that is empty, and that nobody can reach any more.
        if (mounted && (op->Flags & OpFlags.IsPts) != 0 && (op->Flags & OpFlags.InDev) != 0) child->Empty = target;
        else child->CloseSoon(target);
        if (!mounted) { child->CloseSoon(tree); return Trees.MayBeLeftOut(child, op); }
        if (!OwnProc.Keep(child, op, tree)) Keep(child, op, tree);
        return true;
    }

    /// <summary>A directory that we made a moment ago in our own /dev, and need not look at: mounts are moved onto its name.</summary>
    private static byte* NameInDev(Child* child, PlanOp* op)
    {
        const OpFlags looked = OpFlags.KeepMode | OpFlags.CopyUp | OpFlags.Classic | OpFlags.IsPts;
        byte* path = child->At(op->FileSystem.Target);
        return (op->Flags & (looked | OpFlags.InDev)) == OpFlags.InDev && Rootfs.MakeDirectoryInDev(child, path) ? path : null;
    }

    private static bool ChangeWhole(Child* child, int tree, MountChange* change) =>
        (change->Propagation | change->TreeSet | change->TreeClear) == 0
        || Trees.SetAttributes(child, tree, (ulong)change->TreeSet, (ulong)change->TreeClear, (ulong)change->Propagation, recursive: true);

    /// <summary>An overlay over a directory of the host's, whose upper layer is thrown away.</summary>
    public static bool Overlay(Child* child, PlanOp* op)
    {
        int target = Rootfs.Resolve(child, child->At(op->Overlay.Target), op->Flags, create: true);
        if (target < 0) return false;
        int overlay = FileSystems.MakeThrowaway(child, child->At(op->Overlay.Lower), &op->Overlay);
        bool mounted = overlay >= 0 && MayCover(child, op->Flags, target) && Trees.Move(child, overlay, target);
        child->CloseSoon(overlay);
        child->CloseSoon(target);
        return mounted;
    }

    public static bool Bind(Child* child, PlanOp* op)
    {
        byte* name = (op->Flags & OpFlags.SourceInRoot) != 0 ? OwnProc.Name(child, child->At(op->Bind.Source)) : null;
        bool recursive = (op->Flags & OpFlags.Recursive) != 0;
        int place = -1;
        int tree = name != null ? Trees.OpenTree(child, child->OwnProc, name, recursive) : OpenSource(child, op, recursive, &place);
        if (tree < 0) { child->CloseSoon(place); return Trees.MayBeLeftOut(child, op); }
        bool done = Trees.IsDevice(child, op->Bind.Device, tree, sys_stat.S_IFCHR)
            && ((op->Flags & OpFlags.SourceIsProc) == 0 || IsProc(child, tree) || child->Fail(SYS_fstatfs, Errno.EPERM))
            && ((op->Flags & OpFlags.MapsIds) == 0 || MapIds(child, op, tree))
            && Trees.Change(child, tree, &op->Bind.Change, op->Flags)
            && (name != null ? OwnProc.Move(child, tree, name)
                : place >= 0 ? Trees.Move(child, tree, place) : MoveInto(child, child->At(op->Bind.Target), tree, op->Flags));
        child->CloseSoon(place);
        child->CloseSoon(tree);
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

    /// <summary>Other options for a mount that is there.</summary>
    public static bool Remount(Child* child, PlanOp* op)
    {
        int target = Rootfs.Resolve(child, child->At(op->Remount.Target), op->Flags, create: false);
        bool done = target >= 0 && Trees.Change(child, target, &op->Remount.Change, op->Flags);
        child->CloseSoon(target);
        return done;
    }

    /// <summary>Of what an earlier operation mounted: read-only, when all that had to be made in it is made.</summary>
    public static bool SetLater(Child* child, PlanOp* op)
    {
        PlanOp* of = (PlanOp*)((byte*)child->Plan + child->Plan->OpsOffset);
        while (of->Index != op->MountAttributes.Op) of++;
        // What was left out needs nothing.
        int mount = of->FileSystem.Kept;
        return mount <= 0 || Trees.SetAttributes(child, mount, (ulong)op->MountAttributes.Attributes, 0, 0, recursive: false);
    }

    /// <summary>A directory is hidden under an empty read-only one, the same for all; a file under the parent's /dev/null.</summary>
    public static bool Mask(Child* child, PlanOp* op)
    {
        byte* name = (op->Flags & OpFlags.EitherKind) != 0 ? null : OwnProc.Name(child, child->At(op->Place.Path));
        int target = name != null ? -1 : Rootfs.Resolve(child, child->At(op->Place.Path), op->Flags, create: false);
        if (target < 0 && name == null) return Trees.MayBeLeftOut(child, op);
        bool file = (op->Flags & OpFlags.EitherKind) != 0 ? !Trees.IsDirectory(child, target) : (op->Flags & OpFlags.File) != 0;
        int tree = file ? Null(child) : EmptyDirectory(child);
        bool masked = tree >= 0 && (name != null ? OwnProc.Move(child, tree, name) : Trees.Move(child, tree, target));
        child->CloseSoon(target);
        if (!masked && name != null && tree >= 0 && child->Errno == Errno.ENOENT && Trees.MayBeLeftOut(child, op))
        {
            child->CloseSoon(tree);
            return true;
        }
        // The first serves the others.
        if (masked && file && child->Null < 0) child->Null = tree;
        else if (masked && !file) KeepEmpty(child, tree);
        else child->CloseSoon(tree);
        return masked;
    }

    /// <summary>In an outer container's /sys there are its control groups, which are another's here; a new sysfs has none.</summary>
    private static bool HideCgroups(Child* child, int sys)
    {
        int place = (int)child->Call(SYS_openat, sys, (nint)Text.Pointer("fs/cgroup"u8), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (place < 0) return child->Errno is Errno.ENOENT or Errno.ENOTDIR;
        int tree = EmptyDirectory(child);
        bool hidden = tree >= 0 && Trees.Move(child, tree, place);
        child->CloseSoon(place);
        if (hidden) KeepEmpty(child, tree);
        else child->CloseSoon(tree);
        return hidden;
    }

    public static bool MoveInto(Child* child, byte* path, int tree, OpFlags flags)
    {
        if (Rootfs.MakeFileInDev(child, path, flags)) return Trees.MoveTo(child, tree, child->Dev, path);
        int target = Rootfs.Resolve(child, path, flags, create: true);
        bool moved = target >= 0 && MayCover(child, flags, target) && Trees.Move(child, tree, target);
        child->CloseSoon(target);
        return moved;
    }

    /// <summary>
    /// The place of a new file system, made when it is missing; one that was there gives a tmpfs its <paramref name="mode"/>, in octal.
    /// </summary>
    private static int Target(Child* child, PlanOp* op, byte* mode)
    {
        bool keeps = (op->Flags & OpFlags.KeepMode) != 0;
        byte* path = child->At(op->FileSystem.Target);
        int target = Rootfs.Resolve(child, path, op->Flags, create: !keeps);
        statx status;
        if (target >= 0 && keeps && Trees.Stat(child, target, &status)) Text.WriteOctal(mode, status.stx_mode & 0xfff);
        if (target < 0 && keeps && child->Errno == Errno.ENOENT) target = Rootfs.Resolve(child, path, op->Flags, create: true);
        if (target < 0 || MayCover(child, op->Flags, target)) return target;
        child->CloseSoon(target);
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
    private static int OpenSource(Child* child, PlanOp* op, bool recursive, int* place)
    {
        int prepared = op->Bind.SourceFd;
        if (prepared > 0)
            return (op->Flags & OpFlags.Detached) != 0 ? prepared : Trees.OpenTree(child, prepared, Text.Pointer(""u8), recursive);
        byte* source = child->At(op->Bind.Source);
        if ((op->Flags & OpFlags.SourceOfOwnTree) != 0)
        {
            int from = Rootfs.Resolve(child, source, OpFlags.None, create: false);
            int tree = from < 0 ? -1 : Trees.OpenTree(child, from, Text.Pointer(""u8), recursive);
            child->CloseSoon(from);
            return tree;
        }
        if ((op->Flags & OpFlags.SourceInRoot) == 0)
            return Trees.OpenTree(child, AT_FDCWD, source, recursive, (op->Flags & OpFlags.SourceNoFollow) != 0 ? AT_SYMLINK_NOFOLLOW : 0);
        *place = Rootfs.Resolve(child, source, op->Flags, create: false);
        return *place < 0 ? -1 : Trees.OpenTree(child, *place, Text.Pointer(""u8), recursive);
    }

    /// <summary>The host's, read-only: it can be written to, being a device, and neither its mode nor its owner can be changed.</summary>
    private static int Null(Child* child)
    {
        if (child->Null >= 0) return Trees.OpenTree(child, child->Null, Text.Pointer(""u8), recursive: false);
        int tree = Trees.OpenTree(child, AT_FDCWD, Text.Pointer("/dev/null"u8), recursive: false);
        if (tree >= 0 && Trees.IsDevice(child, DeviceNumber.Null, tree, sys_stat.S_IFCHR)
            && Trees.SetAttributes(child, tree, MOUNT_ATTR_RDONLY, 0, MS_PRIVATE, recursive: false)) return tree;
        child->CloseSoon(tree);
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
        if (tree < 0 || child->EmptyIsHidden || Trees.SetAttributes(child, tree, hidden, 0, 0, recursive: false)) return tree;
        child->CloseSoon(tree);
        return -1;
    }

    /// <summary>Of <see cref="EmptyDirectory"/>: the others are clones of the first, attributes and all.</summary>
    private static void KeepEmpty(Child* child, int tree)
    {
        child->CloseSoon(child->EmptyIsHidden ? tree : child->Empty);
        if (!child->EmptyIsHidden) child->Empty = tree;
        child->EmptyIsHidden = true;
    }

    private static void Keep(Child* child, PlanOp* op, int tree)
    {
        if ((op->Flags & OpFlags.IsDev) != 0) child->Dev = tree;
        else if ((op->Flags & OpFlags.IsPts) != 0) child->Pts = tree;
        else if ((op->Flags & OpFlags.KeepOpen) == 0) child->CloseSoon(tree);
        if ((op->Flags & OpFlags.KeepOpen) != 0) op->FileSystem.Kept = tree;
    }
}
