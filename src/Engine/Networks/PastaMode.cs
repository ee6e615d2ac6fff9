using System.Globalization;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.State;

namespace Minirun.Engine.Networks;

/// <summary>pasta (passt.top): a program beside the container moves its packets, as the user. It has the addresses of the host.</summary>
internal sealed class PastaMode : INetworkMode
{
    /// <summary>Where it answers for a name server of the host's that only the host can reach.</summary>
    private const string Forwarder = "169.254.1.1";

    public string Name => "pasta";
    public bool IsOwn => true;
    public bool CanPublish => true;
    public bool CanChooseAddress => false;

    public void Require()
    {
        if (HelperProgram.Find("pasta") is null) throw new UserError("--net pasta: pasta not found in PATH", "install the package passt, or take --net slirp4netns");
        Tun.Require(Name);
    }

    public void Prepare(NetworkContext context)
    {
        // It comes when the namespace is there.
    }

    public void Connect(NetworkContext context, int pid)
    {
        Require();
        NetworkRecord record = context.Record;
        record.Ports = FreePort.Resolve(context.Use.Ports);
        string pidFile = context.Container.Directory + "/pasta.pid", process = "/proc/" + PortMapping.Number(pid) + "/ns/";
        unistd.unlink(pidFile);
        List<string> arguments = ["pasta", "--config-net", "--quiet", "--no-map-gw", "--dns-forward", Forwarder, "--pid", pidFile];
        AddPorts(arguments, record.Ports, "tcp", "-t");
        AddPorts(arguments, record.Ports, "udp", "-u");
        // Nothing of the host's own lo inside.
        arguments.AddRange(["-T", "none", "-U", "none"]);
        if (unistd.geteuid() == 0)
        {
            record.NetNs = HeldNamespace.Hold(context.Paths, context.Container.Id, pid);
            context.Save();
            arguments.AddRange(["--runas", "0", "--netns-only", "--netns", record.NetNs]);
        }
        else arguments.AddRange(["--userns", process + "user", "--netns", process + "net"]);
        // It goes to the background when all is set up.
        var (status, _, error) = HelperProgram.Run(HelperProgram.Find("pasta")!, [.. arguments]);
        if (status != 0) throw new UserError($"--net pasta: {Reason(error, status)}", "with --net slirp4netns, another program does it; with --net none, nobody");
        record.HelperPid = int.Parse(ProcFile.Read(pidFile), CultureInfo.InvariantCulture);
        record.HelperStart = ProcessIdentity.StartTime(record.HelperPid);
        unistd.unlink(pidFile);
        record.Address = InternetSocket.OwnAddress() ?? "";
        context.Save();
    }

    public void Disconnect(NetworkContext context) => HelperProgram.End(context.Record.HelperPid, context.Record.HelperStart);

    public IReadOnlyList<string>? Nameservers(NetworkContext context) => HostNameservers.Reachable() is { Count: > 0 } servers ? servers : [Forwarder];

    private static void AddPorts(List<string> arguments, List<PortMapping> ports, string protocol, string flag)
    {
        int before = arguments.Count;
        foreach (PortMapping port in ports)
            if (port.Protocol == protocol) arguments.AddRange([flag, (port.HostIp.Length > 0 ? port.HostIp + "/" : "") + $"{PortMapping.Number(port.HostPort)}:{PortMapping.Number(port.ContainerPort)}"]);
            else if (port.Protocol == "sctp") throw new UserError($"--publish {port.Inside}: pasta moves tcp and udp", null);
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
