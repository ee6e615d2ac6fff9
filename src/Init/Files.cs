using Minirun.Linux;
using Minirun.Plan;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

internal static unsafe class Files
{
    /// <summary>Writes a file of /proc or /sys in one write, as these demand.</summary>
    public static bool Write(Child* child, byte* path, byte* data, int length)
    {
        nint fd = child->Call(SYS_openat, fcntl.AT_FDCWD, (nint)path, fcntl.O_WRONLY | fcntl.O_CLOEXEC);
        if (fd < 0) return false;
        bool written = child->Try(SYS_write, fd, (nint)data, length);
        Child.Close(fd);
        return written;
    }

    /// <summary>
    /// Closes all but what closes itself on execve: the report socket, what a container waits for, and a guard's list. Closing at once, and
    /// not on exec, leaves no directory of the host for a working directory such as /proc/self/fd/7 (CVE-2024-21626).
    /// </summary>
    public static bool CloseFrom(Child* child, PlanOp* op)
    {
        const int Kept = 4;
        child->Root = child->OldRoot = child->Dev = child->Pts = child->Empty = child->Null = child->Proc = child->OwnProc = -1;
        long* keep = stackalloc long[Kept]
        {
            child->Plan->ReportFd, op->CloseFds.StartSocket, op->CloseFds.InitLock, child->Children > 0 ? child->Children : 0,
        };
        long first = op->CloseFds.First;
        for (int i = 1; i < Kept; i++)
            if (keep[i] != 0) child->Call(SYS_fcntl, (nint)keep[i], fcntl.F_SETFD, fcntl.FD_CLOEXEC);
        for (int left = Kept; left > 0; left--)
        {
            // The lowest that is still to come.
            long next = long.MaxValue;
            for (int i = 0; i < Kept; i++)
                if (keep[i] >= first && keep[i] < next) next = keep[i];
            if (next == long.MaxValue) break;
            if (next > first && !child->Try(SYS_close_range, (nint)first, (nint)next - 1, 0)) return false;
            first = next + 1;
        }
        return child->Try(SYS_close_range, (nint)first, 0x7fffffff, 0);
    }

    /// <summary>chdir, then a look whether the place is inside the root: getcwd says "(unreachable)" when it is not.</summary>
    /// <param name="child">Who changes.</param>
    /// <param name="path">Where to.</param>
    /// <param name="early">Before the user is changed: what that one's rights do not allow may be left for later.</param>
    public static bool ChangeDirectory(Child* child, byte* path, bool early)
    {
        // Where we are already, seen by the check.
        if (child->IsAtRoot && path[0] == '/' && path[1] == 0) return true;
        child->IsAtRoot = false;
        if (!child->InDirectory && !child->Try(SYS_chdir, (nint)path)) return early && child->Errno == Errno.EACCES;
        child->InDirectory = early;
        byte* cwd = stackalloc byte[4096];
        if (!child->Try(SYS_getcwd, (nint)cwd, 4096)) return false;
        return cwd[0] == '/' || child->Fail(SYS_getcwd, Errno.EACCES);
    }
}
