using Minirun.Plan;
using static Minirun.Linux.sys_mount;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>
/// Names in the container's new /proc. The kernel alone makes them, and nobody else is there yet: while nothing can have been mounted on
/// it, they are followed from its own descriptor, and need not be looked up in the root one by one.
/// </summary>
internal static unsafe class OwnProc
{
    /// <summary>Whether the mount is that one; it is kept then.</summary>
    public static bool Keep(Child* child, PlanOp* op, int tree)
    {
        const OpFlags looked = OpFlags.Ordinary | OpFlags.InDev | OpFlags.KeepOpen;
        byte* type = child->At(op->FileSystem.Type), target = child->At(op->FileSystem.Target);
        if ((op->Flags & looked) != OpFlags.Ordinary || child->Outcome != ReportKind.Done || !Text.Equal(type, "proc"u8)
            || !Text.Equal(target, "proc"u8)) return false;
        child->OwnProc = tree;
        return true;
    }

    /// <summary>What could cover it: all but names that are not its own, files, and what is made in /dev.</summary>
    public static void Before(Child* child, PlanOp* op)
    {
        if (child->OwnProc < 0) return;
        byte* target = null;
        if (op->Code == OpCode.MountFs) target = child->At(op->FileSystem.Target);
        else if (op->Code == OpCode.Bind && (op->Flags & OpFlags.SourceInRoot) != 0) return;
        else if (op->Code == OpCode.Bind) target = child->At(op->Bind.Target);
        else if (op->Code is OpCode.Symlink or OpCode.OpenDev or OpCode.Device or OpCode.NullStdio or OpCode.Mask or OpCode.MountAttributes
            or OpCode.EnsureDirectory or OpCode.Copy) return;
        if (target != null
            && ((op->Flags & OpFlags.InDev) != 0
                || ((op->Flags & OpFlags.Ordinary) != 0 && Rootfs.IsName(target) && !Text.Equal(target, "proc"u8)))) return;
        child->CloseSoon(child->OwnProc);
        child->OwnProc = -1;
    }

    /// <summary>The name in it that a path in the root is; null: none, or not to be had in this way.</summary>
    public static byte* Name(Child* child, byte* path)
    {
        if (child->OwnProc < 0) return null;
        ReadOnlySpan<byte> start = "proc/"u8;
        byte* other = Text.Pointer(start);
        for (; *other != 0; path++, other++)
            if (*path != *other) return null;
        return *path is 0 or (byte)'.' || !Rootfs.IsName(path) ? null : path;
    }

    public static bool Move(Child* child, int tree, byte* name) =>
        child->Try(SYS_move_mount, tree, Text.Empty, child->OwnProc, (nint)name, MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_SYMLINKS);
}
