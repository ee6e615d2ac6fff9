using Minirun.Linux;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>Ties the container's life to minirun's.</summary>
internal static unsafe class Lifetime
{
    /// <summary>
    /// Asks the kernel for <paramref name="signal"/> when the parent dies, then looks whether it is already dead: getppid(2)
    /// cannot tell, it is 0 for the first process of a pid namespace anyway.
    /// </summary>
    public static bool DieWithParent(Child* child, int signal)
    {
        if (!child->Try(SYS_prctl, sys_prctl.PR_SET_PDEATHSIG, signal)) return false;
        pollfd parent;
        parent.fd = child->Plan->ReportFd;
        parent.events = 0;
        parent.revents = 0;
        timespec atOnce;
        atOnce.tv_sec = atOnce.tv_nsec = 0;
        Sys.Call(SYS_ppoll, (nint)(&parent), 1, (nint)(&atOnce));
        if ((parent.revents & poll.POLLHUP) != 0) Sys.Call(SYS_exit_group, 125);
        return true;
    }
}
