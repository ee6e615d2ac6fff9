using Minirun.Plan;
using Minirun.Linux;
using Minirun.Runtime.Launch;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Plan.Ops;

namespace Minirun.Runtime.Lifecycle;

/// <summary>What the parent does while fork-news makes a container: whatever needs the world outside.</summary>
public sealed class ParentPart
{
    /// <summary>Takes the master of the container's terminal; null: nobody wants it.</summary>
    public Action<int>? TakeTerminal { get; init; }

    /// <summary>Takes the listener of a seccomp filter that notifies (<see cref="SeccompAgent"/>).</summary>
    public Action<int>? TakeListener { get; init; }

    /// <summary>The moment of the hooks prestart and createRuntime.</summary>
    public Action? RunHooks { get; init; }

    /// <summary>Says something to the user.</summary>
    public required Action<string> Warn { get; init; }

    /// <summary>
    /// Handles reports until the container waits for its start (<see cref="ReportKind.Created"/>) or has executed its command
    /// (<see cref="ReportKind.None"/>).
    /// </summary>
    /// <exception cref="UserError">An operation failed.</exception>
    public unsafe ReportKind Follow(ContainerPlan plan, LaunchedContainer container)
    {
        while (true)
        {
            if (StartSignals.Await(container.ReportFd) is not 0 and var number)
                throw StartSignals.GivenUp(number, container.Pid, container.Abandon(StartSignals.Patience));
            Report report;
            int fd = ReportChannel.Receive(container.ReportFd, &report);
            if (fd == ReportChannel.Ended) return ReportKind.None;
            if (report.Kind == ReportKind.Created) return report.Kind;
            Handle(plan, container, report, fd);
        }
    }

    /// <summary>Handles one report.</summary>
    /// <exception cref="UserError">It says that an operation failed.</exception>
    public void Handle(ContainerPlan plan, LaunchedContainer container, Report report, int fd)
    {
        switch (report.Kind)
        {
            case ReportKind.Failed:
                throw Failure.Explain(plan, report, container.Pid, null);
            case ReportKind.FellBack:
                if (plan.Operations[report.Op] is FileSystemOp mount) Warn(mount.FallbackText);
                break;
            case ReportKind.Warning:
                Warn(Failure.WarningText(plan.Operations[report.Op], report));
                break;
            case ReportKind.Terminal when TakeTerminal is not null:
                TakeTerminal(fd);
                return;
            case ReportKind.Listener when TakeListener is not null:
                TakeListener(fd);
                Launcher.Go(container.ReportFd);
                return;
            case ReportKind.Tree:
                if (plan.Operations[report.Op] is BindOp { Prepared: { } source }) MountSources.MapIds(source, fd);
                Launcher.Go(container.ReportFd);
                break;
            case ReportKind.Asks:
                switch (plan.Operations[report.Op])
                {
                    case AskForLimitsOp limits:
                        OutsideRights.Give(limits, container.Pid);
                        break;
                    case AskForClocksOp clocks:
                        OutsideRights.SetClocks(clocks, container.Pid);
                        break;
                    default:
                        RunHooks?.Invoke();
                        break;
                }
                Launcher.Go(container.ReportFd);
                break;
        }
        if (fd >= 0) unistd.close(fd);
    }
}
