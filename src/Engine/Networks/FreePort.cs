using System.Net;
using Minirun.Engine.Sockets;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;

namespace Minirun.Engine.Networks;

/// <summary>Ports of the host: those asked for, or free ones. Each is held by a socket that is bound to it: nobody else gets it.</summary>
internal sealed class FreePort : IDisposable
{
    private readonly List<Fd> _sockets = [];

    private FreePort()
    {
    }

    /// <summary>All of -p, each with its port of the host.</summary>
    public List<PortMapping> Ports { get; } = [];

    /// <summary>Takes all of -p.</summary>
    /// <exception cref="UserError">One is taken.</exception>
    public static FreePort Hold(IEnumerable<string> published) => Hold(published, holds: true);

    private static FreePort Hold(IEnumerable<string> published, bool holds)
    {
        var held = new FreePort();
        try
        {
            foreach (string text in published)
                foreach (PortMapping wanted in PortMapping.Parse(text))
                    held.Ports.Add(wanted.Protocol == "sctp" ? wanted : wanted with { HostPort = held.Take(wanted, holds) });
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>The same for who listens himself: two that take any port get two.</summary>
    /// <exception cref="UserError">One is taken.</exception>
    public static List<PortMapping> Resolve(IEnumerable<string> published)
    {
        using FreePort held = Hold(published, holds: false);
        return held.Ports;
    }

    public void Dispose()
    {
        foreach (Fd socket in _sockets) socket.Dispose();
        _sockets.Clear();
    }

    private int Take(PortMapping wanted, bool holds)
    {
        try
        {
            IPAddress address = wanted.HostIp.Length == 0 ? IPAddress.Any : IPAddress.Parse(wanted.HostIp);
            bool stream = wanted.Protocol == "tcp";
            var (socket, port) = holds
                ? InternetSocket.Hold(address, wanted.HostPort, stream)
                : InternetSocket.Take(address, wanted.HostPort, stream);
            _sockets.Add(socket);
            return port;
        }
        catch (LinuxException error)
        {
            throw new UserError($"--publish: cannot listen on {wanted.Outside}/{wanted.Protocol}: {error.Message}",
                error.Number == Errno.EACCES
                    ? "ports below 1024 are root's (sysctl net.ipv4.ip_unprivileged_port_start)"
                    : "give another port, or none for any that is free");
        }
    }
}
