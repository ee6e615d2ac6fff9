using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Minirun.Linux;

namespace Minirun.Probe;

/// <summary>
/// Sends to the service manager's socket what takes an hour to close: a connection (SO_LINGER) whose other end reads nothing. Words without
/// a meaning go before, so that it is us who close it first, and who receives it last.
/// </summary>
internal static unsafe class Lingering
{
    private const int Words = 50;

    public static int Send()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        using var connection = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        try
        {
            connection.Connect(listener.LocalEndPoint!);
        }
        catch (SocketException)
        {
            connection.Poll(-1, SelectMode.SelectWrite);
        }
        byte[] bytes = new byte[1 << 16];
        while (connection.Poll(50_000, SelectMode.SelectWrite) && connection.Send(bytes, SocketFlags.None, out SocketError error) > 0
            && error == SocketError.Success) { }
        connection.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Linger, new LingerOption(true, 3600));
        connection.Blocking = true;
        int fd = (int)connection.Handle;
        for (int word = 0; word < Words && Give(-1) == 0; word++) { }
        Give(fd);
        connection.SafeHandle.SetHandleAsInvalid();
        // The last who closes it waits: if that is us, a thread of no other use.
        new Thread(() => unistd.close(fd)) { IsBackground = true }.Start();
        Out.Line("sent");
        Out.Flush();
        return Processes.SleepForever();
    }

    /// <summary>A descriptor, which waits for room; below 0: a word without one, which does not. 0, or an error number.</summary>
    private static int Give(int fd)
    {
        byte* address = stackalloc byte[110];
        *(ushort*)address = sys_socket.AF_UNIX;
        byte[] path = Encoding.UTF8.GetBytes(Environment.GetEnvironmentVariable("NOTIFY_SOCKET")!);
        path.CopyTo(new Span<byte>(address + 2, 108));
        int socket =
            (int)LinuxException.Check(sys_socket.socket(sys_socket.AF_UNIX, sys_socket.SOCK_DGRAM | sys_socket.SOCK_CLOEXEC, 0), "socket");
        byte[] text = "X=1"u8.ToArray();
        fixed (byte* start = text)
        {
            var part = new iovec { iov_base = start, iov_len = text.Length };
            var control = new cmsghdr_fd
            {
                cmsg_len = cmsghdr_fd.Length,
                cmsg_level = sys_socket.SOL_SOCKET,
                cmsg_type = sys_socket.SCM_RIGHTS,
                fd = fd
            };
            var message = new msghdr
            {
                msg_name = address, msg_namelen = (uint)(2 + path.Length + 1), msg_iov = &part, msg_iovlen = 1,
            };
            if (fd >= 0) message.msg_control = &control;
            if (fd >= 0) message.msg_controllen = sizeof(cmsghdr_fd);
            nint sent = sys_socket.sendmsg(socket, &message, fd >= 0 ? 0 : sys_socket.MSG_DONTWAIT);
            int errno = sent < 0 ? Marshal.GetLastPInvokeError() : 0;
            unistd.close(socket);
            return errno;
        }
    }
}
