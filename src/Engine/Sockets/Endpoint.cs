using System.Globalization;
using System.Net;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;

namespace Minirun.Engine.Sockets;

/// <summary>Where a driver sends: a host and port, or a path.</summary>
/// <param name="Network">udp, tcp, tcp+tls, unix or unixgram.</param>
internal sealed record Endpoint(string Network, string Host, int Port)
{
    public const string Tls = "tcp+tls";
    private IPAddress? _known;

    public bool IsStream => Network is "tcp" or Tls or "unix";

    public bool IsLocal => Network is "unix" or "unixgram";

    /// <summary>proto://host[:port] or proto://path.</summary>
    /// <exception cref="UserError">It is not of that form.</exception>
    public static Endpoint Parse(string option, string text, string[] networks, int port)
    {
        int colon = text.IndexOf("://", StringComparison.Ordinal);
        string network = colon < 0 ? "" : text[..colon], rest = colon < 0 ? "" : text[(colon + 3)..];
        if (Array.IndexOf(networks, network) < 0)
            throw new UserError($"{option} should be in form proto://address, got {text}", $"proto is {string.Join(", ", networks)}");
        if (rest.Length == 0)
            throw new UserError($"{option}: no address in {text}", "such as tcp://127.0.0.1:PORT, udp://HOST:PORT or unix:///PATH");
        return network is "unix" or "unixgram" ? new Endpoint(network, rest, 0) : HostAndPort(option, network, rest, port);
    }

    /// <summary>host, host:port or [address]:port.</summary>
    /// <param name="port">When the text has none; 0: it must have one.</param>
    public static Endpoint HostAndPort(string option, string network, string text, int port)
    {
        string host = text;
        int colon = text.LastIndexOf(':');
        bool hasPort = colon >= 0 && !text.EndsWith(']') && (text.IndexOf(':') == colon || text[colon - 1] == ']');
        if (hasPort)
        {
            host = text[..colon];
            if (!int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port) || port > 65535) port = 0;
        }
        host = host.Trim('[', ']');
        if (port == 0 || host.Length == 0 || host.Contains('/'))
            throw new UserError($"{option}: please provide it as host:port, got {text}", "such as 127.0.0.1:24224");
        return new Endpoint(network, host, port);
    }

    public override string ToString() =>
        IsLocal ? $"{Network}://{Host}" : Host.Contains(':') ? $"{Network}://[{Host}]:{Port}" : $"{Network}://{Host}:{Port}";

    /// <summary>A new socket that does not wait, and the address to connect it to.</summary>
    /// <exception cref="UserError">The name of the host is not known.</exception>
    /// <exception cref="LinuxException">No socket can be made.</exception>
    public Fd Socket(out byte[] address)
    {
        address = IsLocal ? SocketAddress.Path(Host) : SocketAddress.Internet(Find(), Port);
        int kind = (IsStream ? sys_socket.SOCK_STREAM : sys_socket.SOCK_DGRAM) | sys_socket.SOCK_NONBLOCK;
        return SocketCalls.Open(address[0], kind, ToString());
    }

    private IPAddress Find()
    {
        try
        {
            return _known = HostNames.Find(Host);
        }
        catch (UserError) when (_known is not null)
        {
            // The name servers may be away just now.
            return _known;
        }
    }
}
