using Minirun.Linux;
using Minirun.Plan;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>A report with a descriptor for the parent.</summary>
internal static unsafe class DescriptorReport
{
    /// <summary>Negative when it could not be sent; errno says why.</summary>
    public static nint Send(int reportFd, ReportKind kind, int op, int fd)
    {
        Report report = default;
        report.Kind = kind;
        report.Op = op;
        iovec part;
        part.iov_base = &report;
        part.iov_len = sizeof(Report);
        cmsghdr_fd control;
        control.cmsg_len = cmsghdr_fd.Length;
        control.cmsg_level = sys_socket.SOL_SOCKET;
        control.cmsg_type = sys_socket.SCM_RIGHTS;
        control.fd = fd;
        control.padding = 0;
        msghdr message = default;
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        message.msg_control = &control;
        message.msg_controllen = sizeof(cmsghdr_fd);
        return Sys.Call(SYS_sendmsg, reportFd, (nint)(&message), sys_socket.MSG_NOSIGNAL);
    }
}
