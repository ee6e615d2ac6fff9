using System.Buffers.Binary;
using System.Net;
using Minirun.Linux;
using Minirun.Linux.Calls;
using static Minirun.Linux.sys_socket;

namespace Minirun.Engine.Sockets;

/// <summary>Sockets that only ask what can be had: nothing is sent.</summary>
internal static class InternetSocket
{
    /// <summary>Takes a port, to see that nobody listens there; gives the socket, and its number.</summary>
    /// <exception cref="LinuxException">It cannot be had.</exception>
    public static (Fd Socket, int Port) Take(IPAddress address, int port, bool stream) => Bind(address, port, stream, reuse: stream);

    /// <summary>The same, and nobody else gets it as long as the socket is open.</summary>
    /// <exception cref="LinuxException">It cannot be had.</exception>
    public static (Fd Socket, int Port) Hold(IPAddress address, int port, bool stream)
    {
        try
        {
            return Bind(address, port, stream, reuse: false);
        }
        catch (LinuxException error) when (stream && error.Number == Errno.EADDRINUSE)
        {
            // By who listens, or by what connections that have ended left. Of two sockets that do not mind the latter only one can listen.
            return Bind(address, port, stream, reuse: true, listens: true);
        }
    }

    private static (Fd Socket, int Port) Bind(IPAddress address, int port, bool stream, bool reuse, bool listens = false)
    {
        byte[] bytes = SocketAddress.Internet(address, port);
        Fd socket = SocketCalls.Open(bytes[0], stream ? SOCK_STREAM : SOCK_DGRAM);
        try
        {
            if (reuse) SocketCalls.Reuse(socket);
            SocketCalls.Bind(socket, bytes);
            if (listens) SocketCalls.Listen(socket, 0);
            return (socket, BinaryPrimitives.ReadUInt16BigEndian(SocketCalls.Name(socket).AsSpan(2)));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The address that this machine has towards the world; null when it has no way there.</summary>
    public static string? OwnAddress()
    {
        byte[] anywhere = SocketAddress.Internet(IPAddress.Parse("198.51.100.1"), 9);
        using Fd socket = SocketCalls.Open(AF_INET, SOCK_DGRAM);
        return SocketCalls.Connect(socket, anywhere) == 0 ? new IPAddress(SocketCalls.Name(socket).AsSpan(4, 4)).ToString() : null;
    }
}
