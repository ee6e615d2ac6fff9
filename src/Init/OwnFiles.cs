using Minirun.Plan;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_mount;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>
/// Files of the host that a container gets as copies. The host's own could be held even through a read-only mount: a lease on /etc/hosts
/// lets all who open it for writing wait (fcntl(2), F_SETLEASE). A copy is a nameless file in the container's own /dev, which is gone with
/// its mount.
/// </summary>
internal static unsafe class OwnFiles
{
    private const int MostAtOnce = 1 << 20;

    /// <summary>As long as it needs one.</summary>
    private static nint Name => (nint)Text.Pointer(".copy"u8);

    public static bool Copy(Child* child, PlanOp* op)
    {
        int source = (int)child->Call(SYS_openat, AT_FDCWD, (nint)child->At(op->Copy.Source), O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
        int tree = source < 0 ? -1 : child->Dev >= 0 ? CopyTo(child, source, child->Dev) : CopyAside(child, source);
        Child.Close(source);
        bool done = tree >= 0 && Trees.SetAttributes(child, tree, (ulong)op->Copy.Attributes, 0, 0, recursive: false)
            && Mounts.MoveInto(child, child->At(op->Copy.Target), tree, op->Flags | OpFlags.NotInProc);
        child->CloseSoon(tree);
        // Not before: what has no name cannot be mounted. The mount keeps it.
        if (child->Dev >= 0) Sys.Call(SYS_unlinkat, child->Dev, Name, 0);
        return done || Trees.MayBeLeftOut(child, op);
    }

    /// <summary>Where /dev is not ours. Only what is mounted in our namespace can be cloned: so the tmpfs is on "/" for a moment.</summary>
    private static int CopyAside(Child* child, int source)
    {
        const int hidden = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
        int files = FileSystems.Make(child, Text.Pointer("tmpfs"u8), null, hidden), tree = -1;
        if (files >= 0 && Trees.MoveOnTop(child, files))
        {
            tree = CopyTo(child, source, files);
            if (!child->Try(SYS_umount2, (nint)Text.Pointer("/"u8), MNT_DETACH))
            {
                Child.Close(tree);
                tree = -1;
            }
        }
        Child.Close(files);
        return tree;
    }

    /// <summary>A detached mount of a new file in this directory.</summary>
    private static int CopyTo(Child* child, int source, int directory)
    {
        int how = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
        int copy = (int)child->Call(SYS_openat, directory, Name, how, 0x1a4 /* 0644 */);
        nint moved = copy >= 0 ? 1 : -1;
        while (moved > 0) moved = child->Call(SYS_sendfile, copy, source, 0, MostAtOnce);
        int tree = moved < 0 ? -1 : Trees.OpenTree(child, copy, Text.Pointer(""u8), recursive: false);
        child->CloseSoon(copy);
        return tree;
    }
}
