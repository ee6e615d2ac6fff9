using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.Mounts;
using Minirun.Runtime.Spec;

namespace Minirun.Engine.Networks;

/// <summary>
/// A container's /etc/hosts, /etc/resolv.conf and /etc/hostname: files in its directory, mounted where it looks for them.
/// </summary>
internal static class ContainerFiles
{
    private const int WriteAccess = 2;   // W_OK
    private static readonly string[] s_names = ["hosts", "resolv.conf", "hostname"];

    /// <summary>
    /// Mounts them, but where the user mounted something; without a mount namespace of the container's own they would be mounted on the
    /// host.
    /// </summary>
    /// <param name="source">The directory that they are in.</param>
    public static void Mount(OciSpec oci, string source)
    {
        if (!oci.Linux.Namespaces.Exists(each => each.Type == "mount")) return;
        foreach (string name in s_names)
        {
            string place = "/etc/" + name;
            int at = oci.Mounts.FindIndex(mount => mount.Destination == place);
            // The host's, which a container on the host's network gets.
            if (at >= 0 && oci.Mounts[at].Source == place) oci.Mounts.RemoveAt(at);
            else if (at >= 0 || oci.Mounts.Exists(mount => mount.Destination == "/etc")) continue;
            if (!CanMount(oci, place)) continue;
            oci.Mounts.Add(new OciMount
            {
                Destination = place,
                Type = "bind",
                Source = $"{source}/{name}",
                Options = ["bind", "ro", "nosuid", "nodev", "noexec"]
            });
        }
    }

    /// <summary>NAME:ADDRESS, as in --add-host.</summary>
    /// <exception cref="UserError">It is not.</exception>
    public static (string Name, string Address) ParseHost(string text)
    {
        int at = text.IndexOfAny([':', '=']);
        if (at > 0 && text[(at + 1)..].Trim('[', ']') is { Length: > 0 } address
            && (address == "host-gateway" || System.Net.IPAddress.TryParse(address, out _)))
            return (text[..at], address);
        throw new UserError($"--add-host {text}: not a name and its address", "write NAME:ADDRESS, or NAME:host-gateway");
    }

    /// <summary>Before the container is made, and again when its address is known.</summary>
    public static void Write(NetworkContext context, INetworkMode mode)
    {
        string directory = context.Directory;
        if (mode is JoinMode { IsContainers: true } join)
        {
            Copy(join.Peer(context.Paths).Directory, directory);
            return;
        }
        HostsFile.Write(directory + "/hosts", Hosts(context, mode));
        HostsFile.Replace(directory + "/resolv.conf", Resolv(context, mode), create: true);
        HostsFile.Replace(directory + "/hostname", context.Hostname + "\n", create: true);
    }

    private static List<string> Hosts(NetworkContext context, INetworkMode mode)
    {
        List<string> lines = [];
        if (mode.IsOwn) lines.AddRange(["127.0.0.1\tlocalhost", "::1\tlocalhost ip6-localhost ip6-loopback"]);
        else if (RegularFile.Read("/etc/hosts", follow: true) is { } host)
            lines.Add(System.Text.Encoding.UTF8.GetString(host).TrimEnd('\n'));
        foreach (string text in context.Use.AddHosts)
        {
            var (name, address) = ParseHost(text);
            if (address == "host-gateway") address = mode.IsOwn ? context.Record.Gateway : "127.0.0.1";
            if (address.Length > 0) lines.Add($"{address}\t{name}");
        }
        string own = context.Record.Address.Length > 0 ? context.Record.Address : "127.0.1.1";
        if (mode.IsOwn && context.Hostname.Length > 0)
            lines.Add($"{own}\t{context.Hostname}{(context.Name == context.Hostname ? "" : " " + context.Name)}");
        return lines;
    }

    private static string Resolv(NetworkContext context, INetworkMode mode)
    {
        NetworkUse use = context.Use;
        List<string> lines = [];
        IReadOnlyList<string>? servers = use.Dns.Count > 0 ? use.Dns : mode.Nameservers(context);
        if (servers is null && use.DnsSearch.Count == 0 && use.DnsOptions.Count == 0)
            return RegularFile.Read("/etc/resolv.conf", follow: true) is { } host ? System.Text.Encoding.UTF8.GetString(host) : "";
        foreach (string server in servers ?? HostNameservers.Reachable()) lines.Add("nameserver " + server);
        foreach (string line in HostNameservers.OtherLines())
            if (line.StartsWith("options ", StringComparison.Ordinal) ? use.DnsOptions.Count == 0 : use.DnsSearch.Count == 0)
                lines.Add(line);
        if (use.DnsSearch.Count > 0 && use.DnsSearch is not ["."]) lines.Add("search " + string.Join(' ', use.DnsSearch));
        if (use.DnsOptions.Count > 0) lines.Add("options " + string.Join(' ', use.DnsOptions));
        return string.Join('\n', lines) + "\n";
    }

    /// <summary>Who shares a network shares its names.</summary>
    private static void Copy(string from, string to)
    {
        foreach (string name in s_names)
        {
            string source = File.Exists($"{from}/{name}") ? $"{from}/{name}" : "/etc/" + name;
            HostsFile.Replace($"{to}/{name}",
                RegularFile.Read(source, follow: true) is { } bytes ? System.Text.Encoding.UTF8.GetString(bytes) : "", create: true);
        }
    }

    /// <summary>The file is there, or whoever is root inside can make it.</summary>
    private static bool CanMount(OciSpec oci, string place)
    {
        using Fd root = Fd.TryOpen(oci.Root.Path, fcntl.O_PATH | fcntl.O_DIRECTORY);
        using var file = new Fd(RootReader.OpenInside(root, place, fcntl.O_PATH | fcntl.O_NOFOLLOW));
        using var directory = new Fd(RootReader.OpenInside(root, "/etc", fcntl.O_PATH | fcntl.O_DIRECTORY));
        return file.IsOpen
            || (!oci.Root.Readonly && RootIsOurs(oci.Linux.UidMappings) && directory.IsOpen
                && fcntl.faccessat(directory, ".", WriteAccess, 0) == 0);
    }

    private static bool RootIsOurs(List<OciIdMapping>? maps) =>
        maps is null or [] || maps.Exists(map => map is { ContainerID: 0, Size: > 0 } && map.HostID == unistd.geteuid());
}
