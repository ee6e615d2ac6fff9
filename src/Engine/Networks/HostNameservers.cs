using Minirun.Linux.Calls;
namespace Minirun.Engine.Networks;

/// <summary>Those of the host's resolv.conf(5).</summary>
internal static class HostNameservers
{
    private const string Conf = "/etc/resolv.conf", Resolved = "/run/systemd/resolve/resolv.conf";

    /// <summary>What can be reached from another network namespace: not those on lo. Behind systemd-resolved, those that it asks.</summary>
    public static List<string> Reachable()
    {
        List<string> servers = Read(Conf);
        if (servers.Count == 0 && File.Exists(Resolved)) servers = Read(Resolved);
        return servers;
    }

    /// <summary>All lines but those that name servers.</summary>
    public static List<string> OtherLines()
    {
        List<string> lines = [];
        foreach (string line in Lines(Conf))
            if (line.StartsWith("search ", StringComparison.Ordinal) || line.StartsWith("domain ", StringComparison.Ordinal)
                || line.StartsWith("options ", StringComparison.Ordinal))
                lines.Add(line);
        return lines;
    }

    private static List<string> Read(string file)
    {
        List<string> servers = [];
        foreach (string line in Lines(file))
            if (line.StartsWith("nameserver", StringComparison.Ordinal) && line["nameserver".Length..].Trim() is { Length: > 0 } server
                && !server.StartsWith("127.", StringComparison.Ordinal) && server != "::1" && !server.Contains('%'))
                servers.Add(server);
        return servers;
    }

    private static string[] Lines(string file) =>
        RegularFile.Read(file, follow: true) is { } bytes
            ? System.Text.Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.TrimEntries)
            : [];
}
