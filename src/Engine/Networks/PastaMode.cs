using Minirun.Engine.Sockets;
using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Engine.Networks;

/// <summary>pasta (passt.top). The container has the addresses of the host.</summary>
internal sealed class PastaMode() : HelperMode("pasta", "passt", "slirp4netns")
{
    /// <summary>Where it answers for a name server of the host's that only the host can reach.</summary>
    private const string Forwarder = "169.254.1.1";

    private const string Profile = "/etc/apparmor.d/usr.bin.passt";

    protected override void Start(NetworkContext context, string path, string title, string namespaces)
    {
        NetworkRecord record = context.Record;
        List<string> arguments = [title, "--config-net", "--quiet", "--no-map-gw", "--dns-forward", Forwarder];
        AddPorts(arguments, record.Ports, "tcp", "-t");
        AddPorts(arguments, record.Ports, "udp", "-u");
        // Nothing of the host's own lo inside.
        arguments.AddRange(["-T", "none", "-U", "none"]);
        arguments.AddRange(
            record.NetNs is { } held
                ? ["--runas", "0", "--netns-only", "--netns", held]
                : ["--userns", namespaces + "user", "--netns", namespaces + "net"]);
        // It goes to the background when all is set up. Its --pid is of no use to root: Debian's AppArmor profile lets it write to home
        // directories and /tmp only.
        var (status, _, error) = HelperProgram.Run(path, [.. arguments]);
        if (status != 0)
            throw Failure(Reason(error, status),
                error.Contains("Couldn't open", StringComparison.Ordinal) && File.Exists(Profile)
                    ? $"AppArmor's profile keeps pasta from namespaces that it did not make ({Profile}): take --net slirp4netns"
                    : null);
        if (HelperProgram.Titled(title) is not [var pid, ..]) throw Failure("it ended at once");
        (record.HelperPid, record.HelperStart) = (pid, ProcessIdentity.StartTime(pid));
        (record.Address, record.Gateway) = (InternetSocket.OwnAddress() ?? "", Subnets.DefaultGateway(ProcFile.Read("/proc/net/route")));
    }

    public override IReadOnlyList<string>? Nameservers(NetworkContext context) =>
        HostNameservers.Reachable() is { Count: > 0 } servers ? servers : [Forwarder];

    private static void AddPorts(List<string> arguments, List<PortMapping> ports, string protocol, string flag)
    {
        int before = arguments.Count;
        foreach (PortMapping port in ports)
            if (port.Protocol == protocol)
                arguments.AddRange(
                    [flag,
                        (port.HostIp.Length > 0 ? port.HostIp + "/" : "")
                            + $"{PortMapping.Number(port.HostPort)}:{PortMapping.Number(port.ContainerPort)}"]);
            else if (port.Protocol == "sctp")
                throw new UserError($"--publish {port.Inside}: pasta moves tcp and udp", "take --net bridge (root)");
        // Else it forwards udp where it forwards tcp.
        if (arguments.Count == before) arguments.AddRange([flag, "none"]);
    }

    /// <summary>Its last words, without those about a log that it does not have.</summary>
    private static string Reason(string error, int status)
    {
        string reason = "";
        foreach (string line in error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            if (!line.StartsWith("Failed to send", StringComparison.Ordinal)) reason += (reason.Length > 0 ? "; " : "") + line;
        return reason.Length > 0 ? reason : $"pasta ended with status {PortMapping.Number(status)}";
    }
}
