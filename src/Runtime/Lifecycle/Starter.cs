using Minirun.Init;
using Minirun.Linux;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Spec;
using Minirun.Runtime.State;

namespace Minirun.Runtime.Lifecycle;

/// <summary>Tells a container that waits for its start to execute its command, and hears what becomes of it.</summary>
internal static unsafe class Starter
{
    /// <exception cref="UserError">The command could not be executed.</exception>
    public static void Start(Container container)
    {
        string path = container.Directory.StartSocketPath;
        int socket = UnixSocket.Connect(path, sys_socket.SOCK_SEQPACKET);
        try
        {
            Report report;
            int fd;
            while ((fd = ReportChannel.Receive(socket, &report)) != ReportChannel.Ended)
            {
                if (report.Kind == ReportKind.Failed) throw Explain(container, report);
                if (fd >= 0) unistd.close(fd);
            }
        }
        finally
        {
            unistd.close(socket);
        }
        unistd.unlink(path);
        Poststart(container);
    }

    /// <summary>A hook that fails is an error, and stops the container (runtime.md, Lifecycle).</summary>
    private static void Poststart(Container container)
    {
        try
        {
            HookRunner.Run(KeptHooks.Of(container, "poststart", hooks => hooks.Poststart), "poststart", container.Record.State(OciState.Running, container.Record.Pid));
        }
        catch (UserError)
        {
            Removal.Kill(container);
            throw;
        }
    }

    /// <summary>The same document gives the same plan, so the operation's number says what it was.</summary>
    private static UserError Explain(Container container, Report report)
    {
        OciSpec oci = container.Configuration();
        var host = new Host();
        ContainerSpec spec = BundleSpec.From(oci, container.Record.Bundle, host, new BundleOptions { HasCgroup = container.Record.Cgroup is not null });
        spec.StartSocket = spec.StateDirectory = spec.InitLock = 0;
        return Failure.Explain(Planner.Build(spec, host), report, container.Record.Pid, null);
    }
}
