using System.Diagnostics;
using Minirun.Cli.Output;
using Minirun.Plan;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Request;

namespace Minirun.Cli.Verbs.Run;

/// <summary>A run whose plan somebody wants to see: it is whole before anything is cloned.</summary>
internal static class SeenRun
{
    /// <summary>Nothing is run.</summary>
    public static bool IsShown(RunOptions options) => options.PrintSpec || options.DryRun;

    public static bool IsWanted(RunOptions options) =>
        IsShown(options) || options.Step || options.Explain != ExplainMode.None || options.Without.Count > 0;

    public static int Run(RunOptions options, Host host, ContainerPlan plan, Action<int> complete)
    {
        bool starts = !IsShown(options);
        long start = Stopwatch.GetTimestamp();
        // Before the plan is whole: the container is shown what it has of the cgroups, and no more.
        bool isLeftOut = options.Without.Contains(ContainerPlan.CgroupName);
        using RunCgroup? cgroup = starts && !isLeftOut ? RunCgroup.Make(options, host, plan.Spec) : null;
        long took = (long)Stopwatch.GetElapsedTime(start).TotalNanoseconds;
        if (starts) plan.Spec.OwnCgroups = cgroup is null ? new Dictionary<string, string>() : cgroup.Directories;
        complete(0);
        plan.Without(options.Without);
        if (options.PrintSpec)
        {
            TextOutput.Line(SafeText.Json(plan.Spec.Oci.ToJson()));
            return 0;
        }
        ExplainPrinter watcher = Watch(options, plan);
        watcher.PrintPlan();
        if (!starts) return 0;
        if (cgroup is not null && Mode(options) != PlanMode.Quiet) TellMade(plan, watcher, took);
        return RunCommand.Start(options, host, plan, watcher, cgroup, null);
    }

    private static void TellMade(ContainerPlan plan, ExplainPrinter watcher, long took)
    {
        int op = plan.IndexOf(LaunchStep.Cgroup);
        watcher.Before(op);
        watcher.After(op, ReportKind.Done, took);
    }

    public static PlanMode Mode(RunOptions options) =>
        options.Step ? PlanMode.Report | PlanMode.Step : options.Explain != ExplainMode.None ? PlanMode.Report : PlanMode.Quiet;

    private static ExplainPrinter Watch(RunOptions options, ContainerPlan plan)
    {
        // A dry run has nothing else to say, and shows all; else stdout is the command's.
        ExplainMode mode = options.Explain == ExplainMode.None && options.DryRun ? ExplainMode.Full : options.Explain;
        return new ExplainPrinter(plan, options.DryRun ? 1 : 2, mode, options.Step);
    }
}
