using System.Text;
using Minirun.Engine.Sockets;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;

namespace Minirun.Engine.Volumes.Plugins;

/// <summary>
/// One request and its answer over a connection of its own: HTTP/1.1 by hand, for a library would be larger than the whole program.
/// </summary>
internal static class PluginConnection
{
    private const int Patience = 120_000, ShakingHands = 10_000, Connecting = 10_000;   // ms
    private const int Most = 16 << 20, Chunk = 16384;   // bytes

    /// <summary>The bytes of a request, as Docker sends them.</summary>
    public static byte[] Request(string host, string call, ReadOnlySpan<byte> body)
    {
        var request = new ByteWriter();
        request.Add(
            Encoding.ASCII.GetBytes(
                $"POST /{call} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: minirun\r\nContent-Length: {body.Length}\r\nAccept: "
                    + $"application/vnd.docker.plugins.v1.2+json\r\nConnection: close\r\n\r\n"));
        request.Add(body);
        return request.Written.ToArray();
    }

    /// <exception cref="LinuxException">With Call "connect": nobody listens there; else it broke in between.</exception>
    /// <exception cref="FormatException">What came is no answer.</exception>
    public static PluginAnswer Call(PluginAddress address, string call, ReadOnlySpan<byte> body) =>
        Exchange(address, call, Request(address.Host, call, body));

    /// <summary>The same with a request that is made already.</summary>
    public static PluginAnswer Exchange(PluginAddress address, string call, ReadOnlySpan<byte> request)
    {
        using Fd connection = Connect(address);
        using TlsRelay? relay = address.Tls is { } tls ? Secure(connection, address, tls) : null;
        int socket = relay?.Descriptor ?? connection;
        // The relay has its own.
        if (relay is not null) connection.Dispose();
        while (!request.IsEmpty)
        {
            int errno = Descriptors.Send(socket, request, out int sent);
            if (errno == Errno.EAGAIN) Await(socket, poll.POLLOUT, call);
            // It may have answered without reading all.
            else if (errno == Errno.EPIPE) break;
            else if (errno != 0) throw new LinuxException("send", errno, address.Endpoint.ToString());
            request = request[sent..];
        }
        return Receive(socket, call, address);
    }

    /// <exception cref="UserError">The handshake failed: with the same certificates it always will.</exception>
    private static TlsRelay Secure(int socket, PluginAddress address, TlsOptions tls)
    {
        TlsRelay relay = TlsRelay.Start(socket, address.Endpoint.Host, tls, acknowledge: false);
        int errno;
        do errno = Poller.Await(relay.Descriptor, poll.POLLIN, ShakingHands) ? relay.Continue() : Errno.ETIMEDOUT;
        while (errno == Errno.EAGAIN);
        if (errno == 0) return relay;
        string reason = relay.Reason ?? Errno.Describe(errno);
        relay.Dispose();
        throw new UserError($"{address.Endpoint} with TLS: {reason}",
            "TLSConfig in the plugin's .json: CAFile, CertFile, KeyFile, InsecureSkipVerify");
    }

    private static PluginAnswer Receive(int socket, string call, PluginAddress address)
    {
        var got = new MemoryStream();
        byte[] buffer = new byte[Chunk];
        while (got.Length < Most)
        {
            int errno = Descriptors.Receive(socket, buffer, out int received);
            if (errno == Errno.EAGAIN) Await(socket, poll.POLLIN, call);
            else if (errno != 0) throw new LinuxException("recv", errno, address.Endpoint.ToString());
            else
            {
                got.Write(buffer, 0, received);
                if (PluginAnswer.Parse(got.GetBuffer().AsSpan(0, (int)got.Length), ended: received == 0) is { } answer) return answer;
            }
        }
        throw new FormatException("it is too long");
    }

    private static Fd Connect(PluginAddress address)
    {
        Fd socket = address.Endpoint.Socket(out byte[] name);
        int errno = SocketCalls.Connect(socket, name);
        if (errno == Errno.EINPROGRESS)
            errno = Poller.Await(socket, poll.POLLOUT, Connecting) ? SocketCalls.TakeError(socket) : Errno.ETIMEDOUT;
        if (errno == 0) return socket;
        socket.Dispose();
        throw new LinuxException("connect", errno, address.Endpoint.ToString());
    }

    private static void Await(int socket, short what, string call)
    {
        if (!Poller.Await(socket, what, Patience)) throw new FormatException($"{call}: no answer for two minutes");
    }
}
