using System.Text;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Launch;
using Minirun.Runtime.Lifecycle;

namespace Minirun.Engine.Networks;

/// <summary>slirp4netns: a network of its own behind a program's network stack. Older than pasta, and slower.</summary>
internal sealed unsafe class SlirpMode() : HelperMode("slirp4netns", "slirp4netns", "pasta")
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

    private static string Socket(NetworkContext context) => context.Container.Directory + "/slirp.sock";

    private void Run(NetworkContext context, string path, string[] arguments)
    {
        int* ready = stackalloc int[2];
        LinuxException.Check(unistd.pipe2(ready, fcntl.O_CLOEXEC), "pipe2");
        int directory = (int)LinuxException.Check(
            fcntl.open(context.Container.Directory, fcntl.O_PATH | fcntl.O_DIRECTORY | fcntl.O_CLOEXEC), "open",
            context.Container.Directory);
        using var nothing = new MemoryFile(default);
        using var said = new MemoryFile(default);
        try
        {
            using ChildProgram child =
                ChildProgram.Start(path, arguments, [nothing.Fd, said.Fd, said.Fd, ready[1], directory], ownSession: true);
            context.Record.HelperPid = child.Pid;
            context.Record.HelperStart = ProcessIdentity.StartTime(child.Pid);
            context.Save();
            unistd.close(ready[1]);
            ready[1] = -1;
            byte one;
            var fd = new pollfd { fd = ready[0], events = poll.POLLIN };
            if (poll.poll_(&fd, 1, Patience) > 0 && unistd.read(ready[0], &one, 1) == 1) return;
            string text = said.Text().Trim().Replace("\n", "; ", StringComparison.Ordinal);
            throw Failure(text.Length > 0 ? text : "it did not become ready");
        }
        finally
        {
            unistd.close(directory);
            unistd.close(ready[0]);
            if (ready[1] >= 0) unistd.close(ready[1]);
        }
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
        int socket = UnixSocket.Connect(path, sys_socket.SOCK_STREAM);
        try
        {
            byte[] answer = new byte[1024];
            nint length;
            fixed (byte* start = request)
                LinuxException.Check(sys_socket.send(socket, start, request.Length, sys_socket.MSG_NOSIGNAL), "send", path);
            fixed (byte* start = answer) length = sys_socket.recv(socket, start, answer.Length, 0);
            string text = Encoding.UTF8.GetString(answer, 0, (int)Math.Max(0, length));
            if (!text.Contains("\"return\"", StringComparison.Ordinal))
                throw new UserError($"--publish {port.Outside}: slirp4netns: {text.Trim()}", "is the port taken?");
        }
        finally
        {
            unistd.close(socket);
        }
    }
}
