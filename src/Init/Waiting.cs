using Minirun.Linux;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>Where fork-news stops until somebody outside has done something: the parent its hooks, or <c>start</c>.</summary>
internal static unsafe class Waiting
{
    /// <summary>The parent does what is its part of this moment; a byte from it lets us go on, its end ends us.</summary>
    public static bool ForParent(Child* child, PlanOp* op)
    {
        Interpreter.Send(child, ReportKind.Asks, op->Index, 0);
        AwaitGo(child);
        return true;
    }

    /// <summary>
    /// A container that was created waits for its start, and no longer for its creator: A: a listening socket, through which <c>start</c> comes, and
    /// which takes the place of the report channel; B: an inotify descriptor that becomes readable when the container's state is removed.
    /// </summary>
    public static bool ForStart(Child* child, PlanOp* op)
    {
        Interpreter.Send(child, ReportKind.Created, op->Index, 0);
        AwaitGo(child);
        if (!child->Try(SYS_prctl, sys_prctl.PR_SET_PDEATHSIG, 0)) return false;
        Child.Close(child->Plan->ReportFd);
        pollfd* fds = stackalloc pollfd[2];
        fds[0].fd = (int)op->A;
        fds[1].fd = (int)op->B;
        fds[0].events = fds[1].events = poll.POLLIN;
        while (true)
        {
            fds[0].revents = fds[1].revents = 0;
            if (Sys.Call(SYS_poll, (nint)fds, 2, -1) < 0) continue;
            if (fds[0].revents != 0) break;
            if (fds[1].revents != 0) Sys.Call(SYS_exit_group, 125);
        }
        nint starter = child->Call(SYS_accept4, (nint)op->A, 0, 0, sys_socket.SOCK_CLOEXEC);
        child->Plan->ReportFd = (int)starter;
        Child.Close((nint)op->B);
        return starter >= 0;
    }

    private static void AwaitGo(Child* child)
    {
        byte any;
        if (Sys.Call(SYS_read, child->Plan->ReportFd, (nint)(&any), 1) != 1) Sys.Call(SYS_exit_group, 125);
    }
}
