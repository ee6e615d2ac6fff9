using Minirun.Linux.Calls;
using Minirun.Plan;
using Minirun.Linux;
using Minirun.Runtime.Bundles;
using Minirun.Runtime.Launch;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;
using Minirun.Runtime.State;

namespace Minirun.Runtime.Lifecycle;

/// <summary>Tells a container that waits for its start to execute its command, and hears what becomes of it.</summary>
internal static unsafe class Starter
{
    /// <exception cref="UserError">The command could not be executed; or a hook failed, and nothing is left of the container (runtime.md,
    /// Lifecycle).</exception>
    public static void Start(Container container, OciGlobals globals)
    {
        string path = container.Directory.StartSocketPath;
        int socket = UnixSocket.Connect(path, sys_socket.SOCK_SEQPACKET);
        try
        {
            Report report;
            int fd;
            while ((fd = ReportChannel.Receive(socket, &report)) != ReportChannel.Ended)
            {
                if (report.Kind == ReportKind.Failed) throw Explain(container, report, globals);
                if (fd >= 0) unistd.close(fd);
            }
        }
        finally
        {
            unistd.close(socket);
        }
        unistd.unlink(path);
        Poststart(container, globals);
    }

    private static void Poststart(Container container, OciGlobals globals)
    {
        try
        {
            HookRunner.Run(KeptHooks.Of(container, "poststart", hooks => hooks.Poststart), "poststart",
                container.Record.State(OciState.Running, container.Record.Pid));
        }
        catch (UserError)
        {
            Destroy(container, globals);
            throw;
        }
    }

    private static void Destroy(Container container, OciGlobals globals)
    {
        try
        {
            Removal.Kill(container, globals.Warn);
        }
        catch (UserError error)
        {
            globals.Warn(error.Message);
            return;
        }
        Removal.Remove(container, globals);
    }

    /// <summary>The same document gives the same plan, so the operation's number says what it was.</summary>
    private static UserError Explain(Container container, Report report, OciGlobals globals)
    {
        OciSpec oci = container.Configuration();
        var host = new Host();
        ContainerSpec spec =
            BundleSpec.From(oci, container.Record.Bundle, host, new BundleOptions { HasCgroup = container.Record.Cgroup is not null });
        spec.StartSocket = spec.InitLock = 0;
        spec.OwnCgroups = ContainerMaker.CgroupsOf(container.Record);
        ContainerPlan plan = Planner.Build(spec, host);
        UserError why = Failure.Explain(plan, report, container.Record.Pid, null);
        if (plan.Operations[report.Op].Code == OpCode.Hook) Destroy(container, globals);
        return why;
    }
}
