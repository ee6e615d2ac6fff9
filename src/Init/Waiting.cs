using Minirun.Linux;
using Minirun.Plan;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>Where fork-news stops until somebody outside has done something: the parent its hooks, or <c>start</c>.</summary>
internal static unsafe class Waiting
{
    private const int LookEvery = 1;   // s

    /// <summary>The parent does what is its part of this moment; a byte from it lets us go on, its end ends us.</summary>
    public static bool ForParent(Child* child, PlanOp* op)
    {
        Reports.Send(child, ReportKind.Asks, op->Index, 0);
        AwaitGo(child->Plan->ReportFd);
        return true;
    }

    /// <summary>
    /// A container that was created waits for its start, and no longer for its creator. When the file of its state is removed nobody can
    /// start us any more, and we give up; a look once in a while tells. A signal that ends a process ends us, though we have it blocked:
    /// the command is to have none pending. (inotify(7) would tell at once, but closing its descriptor, as execve does, takes the kernel 15
    /// ms.)
    /// </summary>
    public static bool ForStart(Child* child, PlanOp* op)
    {
        // Before anybody hears that we are created: of a first process the kernel drops a signal that is neither blocked nor handled.
        ulong ends = signal.Bit(signal.SIGHUP) | signal.Bit(signal.SIGINT) | signal.Bit(signal.SIGQUIT) | signal.Bit(signal.SIGTERM);
        child->Call(SYS_rt_sigprocmask, signal.SIG_BLOCK, (nint)(&ends), 0, sizeof(ulong));
        nint signals = child->Call(SYS_signalfd4, -1, (nint)(&ends), sizeof(ulong), signal.SFD_CLOEXEC | signal.SFD_NONBLOCK);
        Reports.Send(child, ReportKind.Created, op->Index, 0);
        AwaitGo(child->Plan->ReportFd);
        if (!child->Try(SYS_prctl, sys_prctl.PR_SET_PDEATHSIG, 0)) return false;
        Child.Close(child->Plan->ReportFd);
        pollfd* wait = stackalloc pollfd[2];
        wait[0].fd = op->AwaitStart.Socket;
        wait[1].fd = (int)signals;
        wait[0].events = wait[1].events = poll.POLLIN;
        wait[0].revents = wait[1].revents = 0;
        while (!Comes(wait, 2) || wait[0].revents == 0)
        {
            signalfd_siginfo info;
            if (wait[1].revents != 0 && Sys.Call(SYS_read, signals, (nint)(&info), sizeof(signalfd_siginfo)) == sizeof(signalfd_siginfo))
                Sys.Call(SYS_exit_group, 128 + (nint)info.ssi_signo);
            statx state;
            if (child->Try(SYS_statx, op->AwaitStart.StateFile, (nint)Text.Pointer(""u8), fcntl.AT_EMPTY_PATH,
                (nint)sys_stat.STATX_BASIC_STATS, (nint)(&state))
                && state.stx_nlink == 0)
                Sys.Call(SYS_exit_group, 125);
        }
        Child.Close(signals);
        nint starter = child->Call(SYS_accept4, op->AwaitStart.Socket, 0, 0, sys_socket.SOCK_CLOEXEC);
        child->Plan->ReportFd = (int)starter;
        return starter >= 0;
    }

    private static bool Comes(pollfd* fds, int count)
    {
        timespec patience;   // which the kernel counts down
        patience.tv_sec = LookEvery;
        patience.tv_nsec = 0;
        return Sys.Call(SYS_ppoll, (nint)fds, count, (nint)(&patience)) > 0;
    }

    /// <summary>A byte from the parent; its end ends us.</summary>
    public static void AwaitGo(int reportFd)
    {
        byte any;
        if (Sys.Call(SYS_read, reportFd, (nint)(&any), 1) != 1) Sys.Call(SYS_exit_group, 125);
    }
}
