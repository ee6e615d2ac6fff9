using System.Runtime.InteropServices;
using System.Text;
using Minirun.Engine.Sockets;
using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Engine.Volumes.Plugins;

/// <summary>
/// One request and its answer over a connection of its own: HTTP/1.1 by hand, for a library would be larger than the whole program.
/// </summary>
internal static unsafe class PluginConnection
{
    private const int Patience = 120_000, ShakingHands = 10_000, Most = 16 << 20, Chunk = 16384;   // ms, ms, bytes, bytes

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
        int socket = Connect(address);
        TlsRelay? relay = null;
        try
        {
            if (address.Tls is { } tls)
            {
                relay = Secure(socket, address, tls);
                unistd.close(socket);
                socket = relay.Descriptor;
            }
            while (!request.IsEmpty)
            {
                int errno = Descriptors.Send(socket, request, out int sent);
                if (errno == Errno.EAGAIN) Await(socket, poll.POLLOUT, call);
                // It may have answered without reading all.
                else if (errno == Errno.EPIPE) break;
                else if (errno is not (0 or Errno.EINTR)) throw new LinuxException("send", errno, address.Endpoint.ToString());
                request = request[sent..];
            }
            return Receive(socket, call, address);
        }
        finally
        {
            if (relay is null) unistd.close(socket);
            relay?.Dispose();
        }
    }

    /// <exception cref="UserError">The handshake failed: with the same certificates it always will.</exception>
    private static TlsRelay Secure(int socket, PluginAddress address, TlsOptions tls)
    {
        TlsRelay relay = TlsRelay.Start(socket, address.Endpoint.Host, tls, acknowledge: false);
        pollfd said = new() { fd = relay.Descriptor, events = poll.POLLIN };
        int errno;
        do errno = poll.poll_(&said, 1, ShakingHands) == 0 ? Errno.ETIMEDOUT : relay.Continue();
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
            else if (errno == Errno.EINTR) continue;
            else if (errno != 0) throw new LinuxException("recv", errno, address.Endpoint.ToString());
            else
            {
                got.Write(buffer, 0, received);
                if (PluginAnswer.Parse(got.GetBuffer().AsSpan(0, (int)got.Length), ended: received == 0) is { } answer) return answer;
            }
        }
        throw new FormatException("it is too long");
    }

    private static int Connect(PluginAddress address)
    {
        int socket = address.Endpoint.Socket(out byte[] name);
        int errno = 0;
        fixed (byte* start = name)
            if (sys_socket.connect(socket, start, (uint)name.Length) < 0) errno = Marshal.GetLastPInvokeError();
        if (errno == Errno.EINPROGRESS)
        {
            pollfd ready = new() { fd = socket, events = poll.POLLOUT };
            uint length = sizeof(int);
            errno = poll.poll_(&ready, 1, 10_000) == 0 ? Errno.ETIMEDOUT : 0;
            if (errno == 0) sys_socket.getsockopt(socket, sys_socket.SOL_SOCKET, sys_socket.SO_ERROR, &errno, &length);
        }
        if (errno == 0) return socket;
        unistd.close(socket);
        throw new LinuxException("connect", errno, address.Endpoint.ToString());
    }

    private static void Await(int socket, short what, string call)
    {
        pollfd ready = new() { fd = socket, events = what };
        if (poll.poll_(&ready, 1, Patience) == 0) throw new FormatException($"{call}: no answer for two minutes");
    }
}
