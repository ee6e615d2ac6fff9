using Minirun.Linux;
using Minirun.Plan;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>What the command's process gets last: limits, signals, and the command itself.</summary>
internal static unsafe class Process
{
    /// <summary>When it may only be warned of, what lies within the present hard limit is granted (getrlimit(2)).</summary>
    public static bool SetLimit(Child* child, PlanOp* op)
    {
        int resource = op->Rlimit.Resource;
        ulong* limit = stackalloc ulong[2], present = stackalloc ulong[2];
        limit[0] = op->Rlimit.Soft;
        limit[1] = op->Rlimit.Hard;
        if (child->Try(SYS_prlimit64, 0, resource, (nint)limit, 0)) return true;
        int errno = child->Errno;
        if (errno != Errno.EPERM || (op->Flags & OpFlags.Warn) == 0 || !child->Try(SYS_prlimit64, 0, resource, 0, (nint)present))
            return false;
        if (limit[0] > present[1]) limit[0] = present[1];
        if (limit[1] > present[1]) limit[1] = present[1];
        child->Try(SYS_prlimit64, 0, resource, (nint)limit, 0);
        return child->Fail(SYS_prlimit64, errno);
    }

    /// <summary>Returns only on failure.</summary>
    public static bool Execute(Child* child, PlanOp* op)
    {
        byte** argv = child->At(op->Exec.Arguments), envp = child->At(op->Exec.Environment);
        if (!op->Exec.PidAt.IsNone) Text.WriteNumber(child->At(op->Exec.PidAt), Sys.Call(SYS_getpid));
        int errno = Errno.ENOENT;
        for (byte* path = child->At(op->Exec.Candidates); *path != 0; path += Text.Length(path) + 1)
        {
            child->Call(SYS_execve, (nint)path, (nint)argv, (nint)envp);
            // As execvp(3): go on after "not here", remember "may not".
            if (child->Errno is Errno.EACCES) errno = Errno.EACCES;
            else if (child->Errno is not (Errno.ENOENT or Errno.ENOTDIR)) { errno = child->Errno; break; }
        }
        return child->Fail(SYS_execve, errno);
    }

    /// <summary>
    /// Tries the paths that <see cref="Execute"/> will. A missing program is to be known when a container is created, not when it is
    /// started.
    /// </summary>
    public static bool Find(Child* child, PlanOp* op)
    {
        int errno = Errno.ENOENT;
        for (byte* path = child->At(op->Exec.Candidates); *path != 0; path += Text.Length(path) + 1)
        {
            if (child->Try(SYS_faccessat2, fcntl.AT_FDCWD, (nint)path, unistd.X_OK, fcntl.AT_EACCESS) && IsFile(child, path)) return true;
            if (child->Errno is Errno.EACCES) errno = Errno.EACCES;
            else if (child->Errno is not (Errno.ENOENT or Errno.ENOTDIR)) { errno = child->Errno; break; }
        }
        return child->Fail(SYS_execve, errno);
    }

    private static bool IsFile(Child* child, byte* path)
    {
        statx status;
        if (!child->Try(SYS_statx, fcntl.AT_FDCWD, (nint)path, 0, (nint)sys_stat.STATX_BASIC_STATS, (nint)(&status))) return false;
        return (status.stx_mode & sys_stat.S_IFMT) == sys_stat.S_IFREG || child->Fail(SYS_execve, Errno.EACCES);
    }
}
