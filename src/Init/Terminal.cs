using Minirun.Linux;
using Minirun.Plan;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_syscall;
using winsize = Tmds.Linux.winsize;

namespace Minirun.Init;

/// <summary>
/// The container's own terminal, from its own devpts. The slave is opened through the master (TIOCGPTPEER), never by a
/// path in the container (CVE-2025-52565); the master goes to the parent.
/// </summary>
internal static unsafe class Terminal
{
    public static bool Open(Child* child, PlanOp* op)
    {
        if (child->Pts < 0) child->Pts = OpenPts(child);
        nint master =
            child->Pts < 0 ? -1 : child->Call(SYS_openat, child->Pts, (nint)Text.Pointer("ptmx"u8), O_RDWR | O_NOCTTY | O_CLOEXEC);
        if (master < 0) return false;
        int unlocked = 0;
        if (!child->Try(SYS_ioctl, master, termios_.TIOCSPTLCK, (nint)(&unlocked))) return false;
        nint slave = child->Call(SYS_ioctl, master, termios_.TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
        if (slave < 0) return false;
        winsize size = default;
        size.ws_row = (ushort)op->Terminal.Rows;
        size.ws_col = (ushort)op->Terminal.Columns;
        if (size.ws_row != 0) child->Call(SYS_ioctl, master, termios_.TIOCSWINSZ, (nint)(&size));
        termios settings;
        if (op->Terminal.PlainNewlines && child->Try(SYS_ioctl, slave, termios_.TCGETS, (nint)(&settings)))
        {
            settings.c_oflag &= ~termios_.ONLCR;
            child->Call(SYS_ioctl, slave, termios_.TCSETSW, (nint)(&settings));
        }
        bool done = MountConsole(child, op, (int)slave) && Take(child, slave)
            && Reports.SendDescriptor(child, ReportKind.Terminal, op->Index, (int)master);
        Child.Close(master);
        return done;
    }

    /// <summary>
    /// The devpts of a container that is entered (exec), or that has one in a /dev from elsewhere: it must be one, and no symlink may lead
    /// elsewhere.
    /// </summary>
    private static int OpenPts(Child* child)
    {
        nint root = child->Root >= 0 ? child->Root : AT_FDCWD;
        nint fd = child->OpenAt2(root, Text.Pointer("/dev/pts"u8), (uint)(O_PATH | O_DIRECTORY), RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS);
        statfs status;
        if (fd < 0 || !child->Try(SYS_fstatfs, fd, (nint)(&status))) return -1;
        if (status.f_type == sys_vfs.DEVPTS_SUPER_MAGIC) return (int)fd;
        child->Fail(SYS_openat2, Errno.ENOTDIR);
        return -1;
    }

    private static bool MountConsole(Child* child, PlanOp* op, int slave)
    {
        if (child->Dev < 0 && child->Root < 0) return true;
        nint tree = child->Call(SYS_open_tree, slave, (nint)Text.Pointer(""u8),
            sys_mount.OPEN_TREE_CLONE | sys_mount.OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
        // In a /dev from elsewhere nothing is made. No symlink is followed in either (CVE-2026-88264).
        int target = tree < 0 ? -1
            : child->Dev >= 0 ? Rootfs.Resolve(child, child->At(op->Terminal.Name), OpFlags.InDev | OpFlags.File | OpFlags.Ordinary,
                create: true)
            : Rootfs.Resolve(child, Text.Pointer("dev/console"u8), OpFlags.File | OpFlags.Ordinary, create: false);
        if (tree >= 0 && target < 0 && child->Dev < 0 && child->Errno == Errno.ENOENT) { Child.Close(tree); return true; }
        bool moved = target >= 0 && Trees.Move(child, (int)tree, target);
        Child.Close(tree);
        Child.Close(target);
        return moved;
    }

    /// <summary>A new session whose controlling terminal is the slave, which also becomes stdin, stdout and stderr.</summary>
    private static bool Take(Child* child, nint slave)
    {
        bool taken = child->Try(SYS_setsid) && child->Try(SYS_ioctl, slave, termios_.TIOCSCTTY, 0);
        for (int fd = 0; taken && fd < 3; fd++) taken = child->Try(SYS_dup3, slave, fd, 0);
        Child.Close(slave);
        return taken;
    }
}
