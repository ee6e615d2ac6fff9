using System.Net;
using Minirun.Runtime;

namespace Minirun.Engine.Sockets;

/// <summary>
/// Addresses of hosts: numeric ones, those in /etc/hosts, and what a name server says. The C library's resolver loads other libraries,
/// which a static program cannot.
/// </summary>
internal static class HostNames
{
    private static readonly char[] s_blanks = [' ', '\t'];

    /// <exception cref="UserError">Nobody knows it.</exception>
    public static IPAddress Find(string host, string hosts = "/etc/hosts", string resolver = "/etc/resolv.conf", int port = 53)
    {
        if (IPAddress.TryParse(host, out IPAddress? address)) return address;
        if (InFile(host, hosts) is { } listed) return listed;
        if (host == "localhost") return IPAddress.Loopback;
        return Asked(host, resolver, port)
            ?? throw new UserError($"{host}: unknown host", $"it is not in {hosts}, and no name server of {resolver} has an address of it");
    }

    private static IPAddress? InFile(string host, string file)
    {
        foreach (string[] words in Lines(file))
            for (int word = 1; word < words.Length; word++)
                if (words[word].Equals(host, StringComparison.OrdinalIgnoreCase) && IPAddress.TryParse(words[0], out IPAddress? address))
                    return address;
        return null;
    }

    private static IPAddress? Asked(string host, string file, int port)
    {
        List<IPAddress> servers = [];
        List<string> names = [];
        foreach (string[] words in Lines(file))
        {
            if (words[0] == "nameserver" && words.Length > 1 && IPAddress.TryParse(words[1], out IPAddress? server)) servers.Add(server);
            else if (words[0] is "search" or "domain") names = [.. words[1..].Select(domain => $"{host}.{domain}")];
        }
        // As resolv.conf(5) has it: a name with a dot is tried as it is first, one without in the domains first.
        if (host.EndsWith('.')) names = [host.TrimEnd('.')];
        else names.Insert(host.Contains('.') ? 0 : names.Count, host);
        foreach (string name in names)
            foreach (IPAddress server in servers)
                if (NameQuery.Ask(server, port, name) is { } address) return address;
        return null;
    }

    private static IEnumerable<string[]> Lines(string file)
    {
        if (!File.Exists(file)) yield break;
        foreach (string line in File.ReadLines(file))
            if (line.Split('#', ';')[0].Split(s_blanks, StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } words) yield return words;
    }
}
