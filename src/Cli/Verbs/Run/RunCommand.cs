using Minirun.Cli.CommandLine;
using Minirun.Cli.ContainerFiles;
using Minirun.Cli.Output;
using Minirun.Cli.Verbs.Container;
using Minirun.Plan;
using Minirun.Runtime.Launch;
using Minirun.Runtime.Lifecycle;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Request;

namespace Minirun.Cli.Verbs.Run;

/// <summary><c>minirun run [OPTIONS] ROOTFS [CMD [ARG…]]</c>: parse, specify, plan, launch, wait.</summary>
internal static class RunCommand
{
    /// <summary>Gives the exit code of the command, or ours.</summary>
    public static int Execute(ReadOnlySpan<string> arguments)
    {
        RunParser.Parsed parsed = RunParser.Parse(arguments);
        if (parsed.WantsHelp) return RunHelp.Print();
        RunRequest options = WholeRequest.Read(parsed);
        if (options is { Interactive: true, Tty: true, Detach: false } && !SeenRun.IsShown(options)) InputDevice.Check(new Host());
        if (options.IsMonitored) return EngineRun.Run(options);
        var host = new Host();
        var spec = new SpecBuilder(options, host);
        var planner = new Planner(spec.Spec, host);
        bool whole = spec.MayMount;
        if (whole) spec.Complete();
        ContainerPlan plan = planner.Begin();
        void Complete(int pid)
        {
            if (!whole) spec.Complete();
            planner.Complete();
        }
        // The rest of specification and plan is worked out while the child starts, unless somebody wants to see it first.
        if (!SeenRun.IsWanted(options))
        {
            using RunCgroup? cgroup = RunCgroup.Make(options, host, plan.Spec);
            return Start(options, host, plan, null, cgroup, Complete);
        }
        return SeenRun.Run(options, host, plan, Complete);
    }

    internal static int Start(
        RunOptions options, Host host, ContainerPlan plan, ExplainPrinter? watcher, RunCgroup? cgroup, Action<int>? complete)
    {
        PlanMode mode = SeenRun.Mode(options);
        if (mode == PlanMode.Quiet) watcher = null;
        if (plan.Spec.Warning is { } warning) Message.Warning(warning);
        PreservedFds.Check(plan.Spec.PreserveFds);
        using var records = RunRecords.Open(options);
        void Enter(int pid)
        {
            cgroup?.Enter(pid);
            plan.Spec.OwnCgroups ??= cgroup?.Directories;
        }
        if (cgroup is not null) complete = Enter + complete;
        using StreamRelay? streams = StreamRelay.Open(plan);
        LaunchedContainer container = Launcher.Start(plan, host, mode, watcher, complete, cgroup?.Birth);
        streams?.HandedOver();
        Action? started = records is null ? null : () => records.Started(container.Pid), thaw = cgroup is null ? null : cgroup.Thaw;
        int status = Supervisor.Run(plan, container, watcher, mode, options.Timeout, started, Message.Warning, streams, thaw: thaw);
        records?.Ended();
        cgroup?.TellOom(status);
        return status;
    }
}
