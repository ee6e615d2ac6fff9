using Minirun.Linux.Calls;
using System.Text;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Launch;

namespace Minirun.Engine.Networks;

/// <summary>slirp4netns: a network of its own behind a program's network stack. Older than pasta, and slower.</summary>
internal sealed class SlirpMode() : HelperMode("slirp4netns", "slirp4netns", "pasta")
{
    private const string Inside = "10.0.2.100", Outside = "10.0.2.2", Resolver = "10.0.2.3", Device = "tap0";
    private const int ReadyFd = 3, DirectoryFd = 4, Patience = 10_000;   // ms

    protected override void Start(NetworkContext context, string path, string title, string namespaces)
    {
        NetworkRecord record = context.Record;
        string socket = Socket(context);
        unistd.unlink(socket);
        List<string> arguments = [title, "--configure", "--mtu=65520", "--disable-host-loopback",
            "--ready-fd=" + PortMapping.Number(ReadyFd), "--netns-type=path"];
        // By a descriptor of its directory: a path of a socket has at most 107 letters.
        if (record.Ports.Count > 0)
            arguments.Add($"--api-socket=/proc/self/fd/{PortMapping.Number(DirectoryFd)}/{Path.GetFileName(socket)}");
        if (record.NetNs is null) arguments.Add("--userns-path=" + namespaces + "user");
        arguments.AddRange([record.NetNs ?? namespaces + "net", Device]);
        Run(context, path, [.. arguments]);
        foreach (PortMapping port in record.Ports) Forward(socket, port);
        (record.Address, record.PrefixLength, record.Gateway) = (Inside, 24, Outside);
    }

    public override void Disconnect(NetworkContext context)
    {
        base.Disconnect(context);
        unistd.unlink(Socket(context));
    }

    public override IReadOnlyList<string>? Nameservers(NetworkContext context) => [Resolver];

    private static string Socket(NetworkContext context) => context.Directory + "/slirp.sock";

    private void Run(NetworkContext context, string path, string[] arguments)
    {
        (Fd ready, Fd says) = Fd.Pipe();
        using Fd held = ready, given = says, directory = Fd.Open(context.Directory, fcntl.O_PATH | fcntl.O_DIRECTORY);
        using var nothing = new MemoryFile(default);
        using var said = new MemoryFile(default);
        using ChildProgram child =
            ChildProgram.Start(path, arguments, [nothing.Fd, said.Fd, said.Fd, given, directory], ownSession: true);
        context.Record.HelperPid = child.Pid;
        context.Record.HelperStart = ProcessIdentity.StartTime(child.Pid);
        context.Save();
        given.Dispose();
        Span<byte> one = stackalloc byte[1];
        if (Poller.Await(ready, poll.POLLIN, Patience) && Io.Read(ready, one) == 1) return;
        string text = said.Text().Trim().Replace("\n", "; ", StringComparison.Ordinal);
        throw Failure(text.Length > 0 ? text : "it did not become ready");
    }

    private static void Forward(string path, PortMapping port)
    {
        if (port.Protocol == "sctp" || port.HostIp.Contains(':'))
            throw new UserError($"--publish {port.Outside}:{port.Inside}: slirp4netns moves tcp and udp over IPv4", "take --net pasta");
        string host = port.HostIp.Length > 0 ? port.HostIp : "0.0.0.0";
        string outside = $"\"host_addr\":\"{host}\",\"host_port\":{PortMapping.Number(port.HostPort)}";
        string inside = $"\"guest_addr\":\"{Inside}\",\"guest_port\":{PortMapping.Number(port.ContainerPort)}";
        byte[] request = Encoding.ASCII.GetBytes(
            $"{{\"execute\":\"add_hostfwd\",\"arguments\":{{\"proto\":\"{port.Protocol}\",{outside},{inside}}}}}");
        using Fd socket = UnixSocket.Connect(path, sys_socket.SOCK_STREAM);
        LinuxException.Check(SocketCalls.Send(socket, request), "send", path);
        byte[] answer = new byte[1024];
        string text = Encoding.UTF8.GetString(answer, 0, Math.Max(0, SocketCalls.Receive(socket, answer)));
        if (!text.Contains("\"return\"", StringComparison.Ordinal))
            throw new UserError($"--publish {port.Outside}: slirp4netns: {text.Trim()}", "is the port taken?");
    }
}
