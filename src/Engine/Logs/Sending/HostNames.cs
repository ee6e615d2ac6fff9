using System.Net;
using Minirun.Runtime;

namespace Minirun.Engine.Logs.Sending;

/// <summary>
/// Addresses of hosts: numeric ones and those in /etc/hosts. No more: the resolver of the C library loads other libraries, which a
/// static program cannot, and a monitor must not wait for name servers.
/// </summary>
internal static class HostNames
{
    /// <exception cref="UserError">It is neither.</exception>
    public static IPAddress Find(string host, string file = "/etc/hosts")
    {
        if (IPAddress.TryParse(host, out IPAddress? address)) return address;
        if (File.Exists(file))
        {
            foreach (string line in File.ReadLines(file))
            {
                string[] words = line.Split('#')[0].Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
                for (int word = 1; word < words.Length; word++)
                    if (words[word].Equals(host, StringComparison.OrdinalIgnoreCase) && IPAddress.TryParse(words[0], out address)) return address;
            }
        }
        if (host == "localhost") return IPAddress.Loopback;
        throw new UserError($"{host}: not in {file}", "log drivers ask no name server: give the address, or a line in /etc/hosts");
    }
}
