using System.Diagnostics;
using Minirun.Cli.Output;
using Minirun.Cli.Run;
using Minirun.Init;
using Minirun.Runtime.Launch;
using Minirun.Runtime.Lifecycle;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Spec;

namespace Minirun.Cli.Commands;

/// <summary><c>minirun run [OPTIONS] ROOTFS [CMD [ARG…]]</c>: parse, specify, plan, launch, wait.</summary>
internal static class RunCommand
{
    /// <summary>Gives the exit code of the command, or ours.</summary>
    public static int Execute(ReadOnlySpan<string> arguments)
    {
        RunParser.Parsed parsed = RunParser.Parse(arguments);
        if (parsed.WantsHelp) return RunHelp.Print(Console.Out);
        RunOptions options = ReadOptions(parsed);
        if (options is { Interactive: true, Tty: true, Detach: false } && !IsShown(options)) Engine.InputDevice.Check(new Host());
        if (options.Detach || options.Engine is not null) return Engine.EngineRun.Run(options);
        var host = new Host();
        var spec = new SpecBuilder(options, host);
        var planner = new Planner(spec.Spec, host);
        ContainerPlan plan = planner.Begin();
        void Complete(int pid)
        {
            spec.Complete();
            planner.Complete();
        }
        // The rest of specification and plan is worked out while the child starts, unless somebody wants to see it first.
        if (!IsSeen(options)) return Start(options, host, plan, null, Complete);
        Complete(0);
        plan.Without(options.Without);
        return See(options, host, plan);
    }

    private static bool IsShown(RunOptions options) => options.PrintSpec || options.DryRun;

    private static bool IsSeen(RunOptions options) =>
        IsShown(options) || options.Step || options.Explain != ExplainMode.None || options.Without.Count > 0;

    private static int See(RunOptions options, Host host, ContainerPlan plan)
    {
        if (options.PrintSpec)
        {
            Console.Out.WriteLine(plan.Spec.Oci.ToJson());
            return 0;
        }
        ExplainPrinter watcher = Watch(options, plan);
        watcher.PrintPlan();
        return options.DryRun ? 0 : Start(options, host, plan, watcher, null);
    }

    internal static RunOptions ReadOptions(RunParser.Parsed parsed)
    {
        var options = new RunOptions();
        UserDefaults.Apply(options);
        if (parsed.File is { } file) ContainerFile.Apply(file, options);
        RunParser.Apply(parsed, options);
        return options;
    }

    private static ExplainPrinter Watch(RunOptions options, ContainerPlan plan)
    {
        bool quiet = options.Explain == ExplainMode.None && !options.DryRun;
        // A dry run has nothing else to say; else stdout is the command's.
        return new ExplainPrinter(plan, options.DryRun ? Console.Out : Console.Error, options.Explain == ExplainMode.Json, options.Step, quietPlan: quiet);
    }

    private static RunCgroup? MakeCgroup(RunOptions options, Host host, ContainerPlan plan, ExplainPrinter? watcher)
    {
        if (!options.WantsCgroup) return null;
        int op = plan.IndexOf(LaunchStep.Cgroup);
        if (op < 0) return null;   // --without
        watcher?.Before(op);
        long start = Stopwatch.GetTimestamp();
        RunCgroup? cgroup = RunCgroup.Make(options, host);
        watcher?.After(op, ReportKind.Done, (long)Stopwatch.GetElapsedTime(start).TotalNanoseconds);
        return cgroup;
    }

    private static int Start(RunOptions options, Host host, ContainerPlan plan, ExplainPrinter? watcher, Action<int>? complete)
    {
        PlanMode mode = options.Step ? PlanMode.Report | PlanMode.Step : options.Explain != ExplainMode.None ? PlanMode.Report : PlanMode.Quiet;
        if (mode == PlanMode.Quiet) watcher = null;
        if (plan.Spec.Warning is { } warning) Message.Warning(warning);
        PreservedFds.Check(plan.Spec.PreserveFds);
        using var records = RunRecords.Open(options);
        using RunCgroup? cgroup = MakeCgroup(options, host, plan, watcher);
        if (cgroup is not null) complete = cgroup.Enter + complete;
        using StreamRelay? streams = StreamRelay.Open(plan.Spec);
        LaunchedContainer container = Launcher.Start(plan, host, mode, watcher, complete, cgroup?.DirectoryFd ?? -1);
        streams?.HandedOver();
        Action? started = records is null ? null : () => records.Started(container.Pid);
        int status = Supervisor.Run(plan, container, watcher, mode, options.Timeout, started, Message.Warning, streams);
        records?.Ended();
        cgroup?.TellOom(status);
        return status;
    }
}
