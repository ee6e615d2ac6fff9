using Minirun.Engine.Life;
using Minirun.Engine.Records;
using Minirun.Engine.Volumes;
using Minirun.Linux;
using Minirun.Linux.Calls;

namespace Minirun.Engine.Monitor;

/// <summary>A process of <see cref="MonitorProcess"/> from its beginning to its end.</summary>
public static class MonitorProgram
{
    /// <summary>Gives the container's exit code: for a service manager whose main process we are.</summary>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        if (arguments is [HeldTerminal.Word]) return HeldTerminal.Run();
        ThisProcess.SetName(MonitorProcess.Name);
        // Containers are made by runtimes that end then: their first processes become our children.
        ThisProcess.AdoptOrphans();
        fcntl.fcntl_(MonitorProcess.ReportFd, fcntl.F_SETFD, fcntl.FD_CLOEXEC);
        if (arguments.Length > 3) fcntl.fcntl_(MonitorProcess.ManagerFd, fcntl.F_SETFD, fcntl.FD_CLOEXEC);
        var container = new ContainerStore(EnginePaths.At(arguments[0], arguments[1])).Find(arguments[2]);
        ContainerMonitor monitor;
        using (var held = new MonitorLock(container))
        {
            monitor = new ContainerMonitor(container, held, arguments.Length > 3 ? arguments[3] : null);
            monitor.Run();
            if (container.Config.AutoRemove)
            {
                ContainerRemoval.Remove(container);
                ContainerVolumes.RemoveAnonymous(container);
            }
        }
        // The container is nobody's business any more, and can be started or removed: whoever reads slowly holds up nothing of it.
        RelayedSignals.Unblock();
        monitor.Attached.Flush();
        return monitor.ExitCode;
    }
}
