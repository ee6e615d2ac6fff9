using System.Runtime.InteropServices;
using Minirun.Plan;
using Minirun.Linux;

namespace Minirun.Runtime.Launch;

/// <summary>Receives what the child says, and the descriptor that may come with it.</summary>
internal static unsafe class ReportChannel
{
    /// <summary>The child has executed the command, or died: its end is closed.</summary>
    public const int Ended = -2;

    private const int None = -1;

    /// <summary>Waits for one report. Gives the descriptor that came with it, -1 for none, or <see cref="Ended"/>.</summary>
    public static int Receive(int fd, Report* report)
    {
        iovec part = new() { iov_base = report, iov_len = sizeof(Report) };
        cmsghdr_fd control = default;
        msghdr message = new() { msg_iov = &part, msg_iovlen = 1, msg_control = &control, msg_controllen = sizeof(cmsghdr_fd) };
        nint got;
        while ((got = sys_socket.recvmsg(fd, &message, sys_socket.MSG_CMSG_CLOEXEC)) < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.ECONNRESET) return Ended;   // it died with a byte of ours unread
            if (errno != Errno.EINTR) throw new LinuxException("recvmsg", errno);
        }
        if (got < sizeof(Report)) return Ended;
        return message.msg_controllen >= cmsghdr_fd.Length && control.cmsg_type == sys_socket.SCM_RIGHTS ? control.fd : None;
    }
}
