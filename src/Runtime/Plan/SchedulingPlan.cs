using Minirun.Plan;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>The operations that say when and where the command runs: processors, priorities, memory nodes.</summary>
internal static class SchedulingPlan
{
    /// <summary>What a document asks for.</summary>
    public static void Add(ContainerPlan plan, bool joins)
    {
        OciProcess process = plan.Spec.Oci.Process;
        if (!plan.Spec.Policy.Schedules)
        {
            AddOptions(plan, process);
            return;
        }
        // First: SCHED_DEADLINE is refused to who may not run on all of them (sched(7)).
        if (!plan.Spec.KeepsProcessors && !(joins && IsGiven(process.ExecCpuAffinity))) AddAllProcessors(plan);
        if (process.Scheduler is { } scheduler) plan.Add(new SchedulerOp
        {
            Name = "scheduler",
            Wanted = scheduler,
            Why = "the scheduling policy that was asked for (sched_setattr(2))",
            IfLeftOut = "the caller's policy and priority stay",
        });
        if (process.IoPriority is { } io) plan.Add(new IoPriorityOp
        {
            Name = "io-priority",
            Wanted = io,
            Why = "how soon its reads and writes are served (ioprio_set(2))",
            IfLeftOut = "the caller's I/O priority stays",
        });
        if (plan.Spec.Oci.Linux.MemoryPolicy is { } memory) plan.Add(new MemoryPolicyOp
        {
            Name = "memory-policy",
            Wanted = memory,
            Why = "the memory nodes that its pages come from (set_mempolicy(2))",
            IfLeftOut = "the caller's memory policy stays",
        });
        // For the first process they are not meant (config.md).
        if (joins) AddAffinity(plan, process.ExecCpuAffinity);
    }

    /// <summary><c>minirun run</c>: --nice and --cpuset.</summary>
    private static void AddOptions(ContainerPlan plan, OciProcess process)
    {
        if (process.Scheduler is { } scheduler) plan.Add(new NiceOp
        {
            Name = "nice",
            Value = scheduler.Nice,
            Why = "as given by --nice",
            IfLeftOut = "the caller's priority stays",
        });
        if (process.ExecCpuAffinity?.Initial is { Length: > 0 } cpus)
            AddProcessors(plan, "cpus", cpus, CpuSet.Parse(cpus), "the command runs on these processors only");
    }

    private static bool IsGiven(OciCpuAffinity? affinity) => affinity is { Initial.Length: > 0 } or { Final.Length: > 0 };

    /// <summary>
    /// Those of an engine's own are not the container's. The kernel keeps what is asked for within the cpuset of its cgroup, and takes the
    /// caller's along into that otherwise (sched_setaffinity(2)).
    /// </summary>
    private static void AddAllProcessors(ContainerPlan plan)
    {
        byte[] mask = new byte[CpuSet.MostBytes];
        Array.Fill(mask, byte.MaxValue);
        plan.Add(new AffinityOp
        {
            Name = "cpus-all",
            List = "all",
            Mask = mask,
            Flags = OpFlags.MayFail,
            Why = "every processor that its cgroup allows, whatever the caller of minirun-oci is kept to",
            IfLeftOut = "the command runs on the caller's processors only",
        });
    }

    /// <summary>The processors of the beginning, then the others: only the last ones are seen, but nothing runs elsewhere before.</summary>
    private static void AddAffinity(ContainerPlan plan, OciCpuAffinity? affinity)
    {
        if (affinity?.Initial is { Length: > 0 } initial)
            AddProcessors(plan, "cpus-initial", initial, CpuSet.TryParse(initial)!, "the processors to begin on");
        if (affinity?.Final is { Length: > 0 } final)
            AddProcessors(plan, "cpus-final", final, CpuSet.TryParse(final)!, "the processors it runs on from here");
    }

    private static void AddProcessors(ContainerPlan plan, string name, string list, byte[] mask, string why) =>
        plan.Add(new AffinityOp { Name = name, List = list, Mask = mask, Why = why, IfLeftOut = "the command runs on every processor" });
}
