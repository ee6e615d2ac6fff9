using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;
using Minirun.Linux;
using static Minirun.Linux.sys_socket;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Engine.Sockets;

/// <summary>Sockets that only ask what can be had: nothing is sent.</summary>
internal static unsafe class InternetSocket
{
    private const int SO_REUSEADDR = 2;

    /// <summary>Takes a port, to see that nobody listens there; gives the socket, and its number.</summary>
    /// <exception cref="LinuxException">It cannot be had.</exception>
    public static (int Socket, int Port) Take(IPAddress address, int port, bool stream) => Bind(address, port, stream, reuse: stream);

    /// <summary>The same, and nobody else gets it as long as the socket is open.</summary>
    /// <exception cref="LinuxException">It cannot be had.</exception>
    public static (int Socket, int Port) Hold(IPAddress address, int port, bool stream)
    {
        try
        {
            return Bind(address, port, stream, reuse: false);
        }
        catch (LinuxException error) when (stream && error.Number == Errno.EADDRINUSE)
        {
            // By who listens, or by what connections that have ended left. Of two sockets that do not mind the latter only one can listen.
            var taken = Bind(address, port, stream, reuse: true);
            if (syscall(SYS_listen, taken.Socket, 0) == 0) return taken;
            int errno = Marshal.GetLastPInvokeError();
            unistd.close(taken.Socket);
            throw new LinuxException("listen", errno);
        }
    }

    private static (int Socket, int Port) Bind(IPAddress address, int port, bool stream, bool reuse)
    {
        byte[] bytes = SocketAddress.Internet(address, port);
        int socket =
            (int)LinuxException.Check(sys_socket.socket(bytes[0], (stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0), "socket");
        // What connections that have ended left does not count, only who listens.
        int one = 1;
        if (reuse) syscall(SYS_setsockopt, socket, SOL_SOCKET, SO_REUSEADDR, (nint)(&one), sizeof(int));
        fixed (byte* start = bytes)
            if (syscall(SYS_bind, socket, (nint)start, bytes.Length) < 0)
            {
                int errno = Marshal.GetLastPInvokeError();
                unistd.close(socket);
                throw new LinuxException("bind", errno);
            }
        return (socket, BinaryPrimitives.ReadUInt16BigEndian(Name(socket).AsSpan(2)));
    }

    /// <summary>The address that this machine has towards the world; null when it has no way there.</summary>
    public static string? OwnAddress()
    {
        byte[] anywhere = SocketAddress.Internet(IPAddress.Parse("198.51.100.1"), 9);
        int socket = (int)LinuxException.Check(sys_socket.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
        try
        {
            fixed (byte* start = anywhere)
                return connect(socket, start, (uint)anywhere.Length) == 0 ? new IPAddress(Name(socket).AsSpan(4, 4)).ToString() : null;
        }
        finally
        {
            unistd.close(socket);
        }
    }

    private static byte[] Name(int socket)
    {
        byte[] name = new byte[32];
        uint length = (uint)name.Length;
        fixed (byte* start = name) LinuxException.Check(syscall(SYS_getsockname, socket, (nint)start, (nint)(&length)), "getsockname");
        return name;
    }
}
