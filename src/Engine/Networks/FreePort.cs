using System.Net;
using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Engine.Networks;

/// <summary>Ports of the host: those asked for, or free ones.</summary>
internal static class FreePort
{
    /// <summary>All of -p, each with its port of the host.</summary>
    /// <exception cref="UserError">One is taken.</exception>
    public static List<PortMapping> Resolve(IEnumerable<string> published)
    {
        List<PortMapping> all = [];
        // Held until all are known: two that take any port get two.
        List<int> held = [];
        try
        {
            foreach (string text in published)
                foreach (PortMapping wanted in PortMapping.Parse(text))
                    all.Add(wanted with { HostPort = wanted.Protocol == "sctp" ? wanted.HostPort : Take(wanted, held) });
        }
        finally
        {
            foreach (int socket in held) unistd.close(socket);
        }
        return all;
    }

    private static int Take(PortMapping wanted, List<int> held)
    {
        try
        {
            var (socket, port) = InternetSocket.Take(wanted.HostIp.Length == 0 ? IPAddress.Any : IPAddress.Parse(wanted.HostIp), wanted.HostPort, wanted.Protocol == "tcp");
            held.Add(socket);
            return port;
        }
        catch (LinuxException error)
        {
            throw new UserError($"--publish: cannot listen on {wanted.Outside}: {error.Message}", error.Number == Errno.EACCES ? "ports below 1024 are root's (sysctl net.ipv4.ip_unprivileged_port_start)" : "give another port, or none for any that is free");
        }
    }
}
