using Minirun.Linux;
using Minirun.Plan;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>What fork-news tells its parent.</summary>
internal static unsafe class Reports
{
    public static void Send(Child* child, ReportKind kind, int op, long nanoseconds)
    {
        Report report = default;
        report.Kind = kind;
        report.Op = op;
        report.Errno = child->Errno;
        report.Call = child->FailedCall;
        report.Nanoseconds = nanoseconds;
        Sys.Call(SYS_sendto, child->Plan->ReportFd, (nint)(&report), sizeof(Report), sys_socket.MSG_NOSIGNAL, 0, 0);
    }

    /// <summary>
    /// Tells the parent and waits until it has looked around (it may want to see the container as it is now), then ends.
    /// </summary>
    public static void Die(Child* child, PlanOp* op)
    {
        Send(child, ReportKind.Failed, op->Index, (long)child->Output << 32 | (uint)child->ErrorOutput);
        byte any;
        Sys.Call(SYS_read, child->Plan->ReportFd, (nint)(&any), 1);
        Sys.Call(SYS_exit_group, 125);
    }

    /// <summary>Tells the parent with a descriptor for it.</summary>
    public static bool SendDescriptor(Child* child, ReportKind kind, int op, int fd) =>
        DescriptorReport.Send(child->Plan->ReportFd, kind, op, fd) >= 0 || child->Fail(SYS_sendmsg, *Sys.ErrnoLocation());
}
