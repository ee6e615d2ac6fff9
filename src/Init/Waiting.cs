using Minirun.Linux;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>Where fork-news stops until somebody outside has done something: the parent its hooks, or <c>start</c>.</summary>
internal static unsafe class Waiting
{
    private const int LookEvery = 1000;   // ms

    /// <summary>The parent does what is its part of this moment; a byte from it lets us go on, its end ends us.</summary>
    public static bool ForParent(Child* child, PlanOp* op)
    {
        Interpreter.Send(child, ReportKind.Asks, op->Index, 0);
        AwaitGo(child->Plan->ReportFd);
        return true;
    }

    /// <summary>
    /// A container that was created waits for its start, and no longer for its creator: A: a listening socket, through which <c>start</c> comes, and
    /// which takes the place of the report channel; B: the directory of the container's state. When that is removed nobody can start us any more, and we give up;
    /// a look once in a while tells. (inotify(7) would tell at once, but closing its descriptor, as execve does, takes the kernel 15 ms.)
    /// </summary>
    public static bool ForStart(Child* child, PlanOp* op)
    {
        Interpreter.Send(child, ReportKind.Created, op->Index, 0);
        AwaitGo(child->Plan->ReportFd);
        if (!child->Try(SYS_prctl, sys_prctl.PR_SET_PDEATHSIG, 0)) return false;
        Child.Close(child->Plan->ReportFd);
        pollfd start;
        start.fd = (int)op->A;
        start.events = poll.POLLIN;
        start.revents = 0;
        while (Sys.Call(SYS_poll, (nint)(&start), 1, LookEvery) <= 0)
        {
            statx state;
            if (child->Try(SYS_statx, (nint)op->B, (nint)Text.Pointer(""u8), fcntl.AT_EMPTY_PATH, (nint)sys_stat.STATX_BASIC_STATS, (nint)(&state)) && state.stx_nlink == 0)
                Sys.Call(SYS_exit_group, 125);
        }
        nint starter = child->Call(SYS_accept4, (nint)op->A, 0, 0, sys_socket.SOCK_CLOEXEC);
        child->Plan->ReportFd = (int)starter;
        Child.Close((nint)op->B);
        return starter >= 0;
    }

    /// <summary>A byte from the parent; its end ends us.</summary>
    public static void AwaitGo(int reportFd)
    {
        byte any;
        if (Sys.Call(SYS_read, reportFd, (nint)(&any), 1) != 1) Sys.Call(SYS_exit_group, 125);
    }
}
