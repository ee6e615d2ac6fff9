using Minirun.Linux;
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
    /// <summary>S1: type, S2: target, S3: options (zero-separated, a double zero ends them), A: attributes, S4: source of the fallback.</summary>
    public static bool NewFileSystem(Child* child, PlanOp* op)
    {
        int target = Rootfs.Resolve(child, child->At(op->S2), op->Flags, create: true);
        if (target < 0) return MayBeLeftOut(child, op);
        int tree = Make(child, child->At(op->S1), child->At(op->S3), (int)op->A);
        if (tree < 0 && (op->Flags & OpFlags.Fallback) != 0)
        {
            // The kernel shows a new proc or sysfs only to those who already see all of one: "mount too revealing".
            tree = OpenTree(child, AT_FDCWD, child->At(op->S4), recursive: true);
            if (tree >= 0 && !SetAttributes(child, tree, (ulong)op->A, 0, 0, recursive: true)) { Child.Close(tree); tree = -1; }
            child->Outcome = ReportKind.FellBack;
        }
        bool mounted = tree >= 0 && Move(child, tree, target);
        // What lies under the new devpts, in a /dev that we made: a directory that is empty, and that nobody can reach any more.
        if (mounted && (op->Flags & OpFlags.IsPts) != 0 && (op->Flags & OpFlags.InDev) != 0) child->Empty = target;
        else Child.Close(target);
        if (!mounted) { Child.Close(tree); return MayBeLeftOut(child, op); }
        Keep(child, op, tree);
        return true;
    }

    /// <summary>S1: lower directory, S2: target, S3: tmpfs options of a throwaway upper layer, S4: flag userxattr, A: attributes.</summary>
    public static bool Overlay(Child* child, PlanOp* op)
    {
        int target = Rootfs.Resolve(child, child->At(op->S2), op->Flags, create: true);
        if (target < 0) return false;
        int upper = Make(child, Text.Pointer("tmpfs"u8), child->At(op->S3), MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
        // The upper layer has to be in our namespace (see Rootfs.Overlay), so it lies below the overlay on the same target.
        if (upper < 0 || !Move(child, upper, target)) return false;
        int overlay = MakeOverlay(child, child->At(op->S1), upper, child->At(op->S4), (int)op->A);
        bool mounted = overlay >= 0 && Move(child, overlay, upper);
        Child.Close(overlay);
        Child.Close(upper);
        Child.Close(target);
        return mounted;
    }

    /// <summary>S1: source, S2: target, A: attributes to set, B: to clear, C: propagation, D: device number the source must have.</summary>
    public static bool Bind(Child* child, PlanOp* op)
    {
        int place = -1, tree = OpenSource(child, op, &place);
        if (tree < 0) { Child.Close(place); return MayBeLeftOut(child, op); }
        bool done = IsDevice(child, op, tree) && (op->A | op->B | op->C) is var wanted
            && (wanted == 0 || SetAttributes(child, tree, (ulong)op->A, (ulong)op->B, (ulong)op->C, (op->Flags & OpFlags.AttributesRecursive) != 0))
            && (place >= 0 ? Move(child, tree, place) : MoveInto(child, op, tree, child->At(op->S2)));
        Child.Close(place);
        Child.Close(tree);
        return done || MayBeLeftOut(child, op);
    }

    /// <summary>S1: what the link says, S2: its name in the new /dev.</summary>
    public static bool Symlink(Child* child, PlanOp* op) =>
        child->Try(SYS_symlinkat, (nint)child->At(op->S1), child->Dev, (nint)child->At(op->S2));

    /// <summary>S2: what is hidden: a directory under an empty read-only one, the same for all; a file under the parent's /dev/null.</summary>
    public static bool Mask(Child* child, PlanOp* op)
    {
        int target = Rootfs.Resolve(child, child->At(op->S2), op->Flags, create: false);
        if (target < 0) return MayBeLeftOut(child, op);
        int tree = (op->Flags & OpFlags.File) != 0 ? Null(child, op) : EmptyDirectory(child);
        bool masked = tree >= 0 && Move(child, tree, target);
        Child.Close(target);
        if (masked && (op->Flags & OpFlags.File) == 0 && child->Empty < 0) child->Empty = tree;   // the first tmpfs serves the others
        else Child.Close(tree);
        return masked;
    }

    /// <summary>A detached mount of a new file system. Negative on failure.</summary>
    public static int Make(Child* child, byte* type, byte* options, int attributes)
    {
        int context = (int)child->Call(SYS_fsopen, (nint)type, FSOPEN_CLOEXEC);
        if (context < 0) return -1;
        bool made = Configure(child, context, Text.Pointer("source"u8), type) && Options(child, context, options)
            && child->Try(SYS_fsconfig, context, FSCONFIG_CMD_CREATE);
        int tree = made ? (int)child->Call(SYS_fsmount, context, FSMOUNT_CLOEXEC, attributes) : -1;
        Child.Close(context);
        return tree;
    }

    /// <summary>An overlay of <paramref name="lower"/> under the directories upper and work, made in the mount <paramref name="upper"/>.</summary>
    public static int MakeOverlay(Child* child, byte* lower, int upper, byte* userxattr, int attributes)
    {
        if (!child->Try(SYS_mkdirat, upper, (nint)Text.Pointer("upper"u8), 0x1ed /* 0755 */)) return -1;
        if (!child->Try(SYS_mkdirat, upper, (nint)Text.Pointer("work"u8), 0x1ed)) return -1;
        int context = (int)child->Call(SYS_fsopen, (nint)Text.Pointer("overlay"u8), FSOPEN_CLOEXEC);
        if (context < 0) return -1;
        byte* path = stackalloc byte[64];
        byte* name = Text.Copy(Text.WriteNumber(Text.Copy(path, Text.Pointer("/proc/self/fd/"u8)), upper), Text.Pointer("/"u8));
        bool made = Configure(child, context, Text.Pointer("source"u8), Text.Pointer("overlay"u8))
            && Configure(child, context, Text.Pointer("lowerdir"u8), lower);
        Text.Copy(name, Text.Pointer("upper"u8));
        made = made && Configure(child, context, Text.Pointer("upperdir"u8), path);
        Text.Copy(name, Text.Pointer("work"u8));
        made = made && Configure(child, context, Text.Pointer("workdir"u8), path)
            && (userxattr == null || child->Try(SYS_fsconfig, context, FSCONFIG_SET_FLAG, (nint)userxattr, 0, 0))
            && child->Try(SYS_fsconfig, context, FSCONFIG_CMD_CREATE);
        int tree = made ? (int)child->Call(SYS_fsmount, context, FSMOUNT_CLOEXEC, attributes) : -1;
        Child.Close(context);
        return tree;
    }

    public static bool Move(Child* child, int tree, int target) =>
        child->Try(SYS_move_mount, tree, (nint)Text.Pointer(""u8), target, (nint)Text.Pointer(""u8), MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);

    private static bool MoveInto(Child* child, PlanOp* op, int tree, byte* path)
    {
        int target = Rootfs.Resolve(child, path, op->Flags, create: true);
        bool moved = target >= 0 && Move(child, tree, target);
        Child.Close(target);
        return moved;
    }

    private static int OpenTree(Child* child, int from, byte* path, bool recursive) =>
        (int)child->Call(SYS_open_tree, from, (nint)path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (recursive ? AT_RECURSIVE : 0) | (*path == 0 ? AT_EMPTY_PATH : 0));

    /// <summary>A source in the root is mounted onto itself: <paramref name="place"/> is then the target too.</summary>
    private static int OpenSource(Child* child, PlanOp* op, int* place)
    {
        bool recursive = (op->Flags & OpFlags.Recursive) != 0;
        if ((op->Flags & OpFlags.SourceInRoot) == 0) return OpenTree(child, AT_FDCWD, child->At(op->S1), recursive);
        *place = Rootfs.Resolve(child, child->At(op->S1), op->Flags, create: false);
        return *place < 0 ? -1 : OpenTree(child, *place, Text.Pointer(""u8), recursive);
    }

    public static bool SetAttributes(Child* child, int tree, ulong set, ulong clear, ulong propagation, bool recursive)
    {
        mount_attr attributes;
        attributes.attr_set = set;
        attributes.attr_clr = clear;
        attributes.propagation = propagation;
        attributes.userns_fd = 0;
        return child->Try(SYS_mount_setattr, tree, (nint)Text.Pointer(""u8), AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), (nint)(&attributes), sizeof(mount_attr));
    }

    /// <summary>A device node that is bound must be the device it is named after (CVE-2025-31133).</summary>
    private static bool IsDevice(Child* child, PlanOp* op, int tree)
    {
        if (op->D == 0) return true;
        statx status;
        if (!child->Try(SYS_statx, tree, (nint)Text.Pointer(""u8), AT_EMPTY_PATH, (nint)sys_stat.STATX_BASIC_STATS, (nint)(&status))) return false;
        bool same = (status.stx_mode & sys_stat.S_IFMT) == sys_stat.S_IFCHR && ((long)status.stx_rdev_major << 32 | status.stx_rdev_minor) == op->D;
        return same || child->Fail(SYS_open_tree, Errno.ENODEV);
    }

    private static int Null(Child* child, PlanOp* op)
    {
        int tree = OpenTree(child, AT_FDCWD, Text.Pointer("/dev/null"u8), recursive: false);
        if (tree >= 0 && IsDevice(child, op, tree)) return tree;
        Child.Close(tree);
        return -1;
    }

    /// <summary>A read-only mount of an empty directory. A tmpfs of its own costs ten times a clone of one that is there, so only without that.</summary>
    private static int EmptyDirectory(Child* child)
    {
        const int hidden = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
        if (child->Empty < 0) return Make(child, Text.Pointer("tmpfs"u8), null, hidden);
        int tree = OpenTree(child, child->Empty, Text.Pointer(""u8), recursive: false);
        if (tree < 0 || SetAttributes(child, tree, hidden, 0, 0, recursive: false)) return tree;
        Child.Close(tree);
        return -1;
    }

    private static bool Configure(Child* child, int context, byte* key, byte* value) =>
        child->Try(SYS_fsconfig, context, FSCONFIG_SET_STRING, (nint)key, (nint)value, 0);

    /// <summary>Options as mount(8) writes them, each closed by a zero: "mode=755", "newinstance".</summary>
    private static bool Options(Child* child, int context, byte* options)
    {
        byte* key = stackalloc byte[256];
        for (; options != null && *options != 0; options += Text.Length(options) + 1)
        {
            int i = 0;
            while (options[i] != 0 && options[i] != '=' && i < 255) { key[i] = options[i]; i++; }
            key[i] = 0;
            bool set = options[i] == '='
                ? Configure(child, context, key, options + i + 1)
                : child->Try(SYS_fsconfig, context, FSCONFIG_SET_FLAG, (nint)key, 0, 0);
            if (!set) return false;
        }
        return true;
    }

    private static void Keep(Child* child, PlanOp* op, int tree)
    {
        if ((op->Flags & OpFlags.IsDev) != 0) child->Dev = tree;
        else if ((op->Flags & OpFlags.IsPts) != 0) child->Pts = tree;
        else Child.Close(tree);
    }

    /// <summary>
    /// An optional mount whose source or target is missing and cannot be made is left out, and said to be. What protects is left out only when there is
    /// nothing to protect: any other failure must not leave a path open.
    /// </summary>
    private static bool MayBeLeftOut(Child* child, PlanOp* op)
    {
        if ((op->Flags & OpFlags.Optional) == 0) return false;
        bool missing = child->Errno is Errno.ENOENT or Errno.ENOTDIR;
        bool protects = op->Code == OpCode.Mask || (op->Flags & OpFlags.SourceInRoot) != 0;
        if (!missing && (protects || child->Errno is not (Errno.EROFS or Errno.EACCES or Errno.EPERM or Errno.ELOOP or Errno.ENODEV))) return false;
        child->Outcome = ReportKind.Skipped;
        return true;
    }
}
