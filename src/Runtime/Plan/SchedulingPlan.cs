using Minirun.Plan;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>The operations that say when and where the command runs: processors, priorities, memory nodes.</summary>
internal static class SchedulingPlan
{
    /// <summary><c>minirun run</c>: --nice and --cpuset.</summary>
    public static void AddOptions(ContainerPlan plan)
    {
        OciProcess process = plan.Spec.Oci.Process;
        if (process.Scheduler is { } scheduler)
            plan.Add(new()
            {
                Name = "nice",
                Code = OpCode.Nice,
                A = scheduler.Nice,
                Why = "as given by --nice",
                IfLeftOut = "the caller's priority stays"
            });
        if (process.ExecCpuAffinity?.Initial is { Length: > 0 } cpus)
            AddProcessors(plan, "cpus", cpus, CpuSet.Parse(cpus), "the command runs on these processors only");
    }

    /// <summary>
    /// What a document asks for. The processors are those of a process that joins a container: for the first one they are not meant
    /// (config.md).
    /// </summary>
    public static void Add(ContainerPlan plan, bool joins)
    {
        OciProcess process = plan.Spec.Oci.Process;
        if (process.Scheduler is { } scheduler) plan.Add(new()
        {
            Name = "scheduler",
            Code = OpCode.Scheduler,
            S1 = SchedulerAttributes.Encode(scheduler),
            Path = scheduler.Policy,
            Why = "the scheduling policy that was asked for (sched_setattr(2))",
            IfLeftOut = "the caller's policy and priority stay",
        });
        if (process.IoPriority is { } io) plan.Add(new()
        {
            Name = "io-priority",
            Code = OpCode.IoPriority,
            A = IoPriority.Encode(io),
            Path = $"{io.Class} {io.Priority}",
            Why = "how soon its reads and writes are served (ioprio_set(2))",
            IfLeftOut = "the caller's I/O priority stays",
        });
        if (plan.Spec.Oci.Linux.MemoryPolicy is { } memory) AddMemoryPolicy(plan, memory);
        if (joins) AddAffinity(plan, process.ExecCpuAffinity);
    }

    private static void AddMemoryPolicy(ContainerPlan plan, OciMemoryPolicy policy)
    {
        byte[]? nodes = policy.Nodes is { Length: > 0 } list ? CpuSet.TryParse(list) : null;
        plan.Add(new()
        {
            Name = "memory-policy",
            Code = OpCode.MemoryPolicy,
            A = MemoryPolicy.Mode(policy),
            S1 = nodes,
            // The kernel reads one bit fewer than it is told (set_mempolicy(2), BUGS).
            B = nodes is null ? 0 : nodes.Length * 8 + 1,
            Path = $"{policy.Mode} {policy.Nodes}".TrimEnd(),
            Why = "the memory nodes that its pages come from (set_mempolicy(2))",
            IfLeftOut = "the caller's memory policy stays",
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
        plan.Add(new()
        {
            Name = name,
            Code = OpCode.Affinity,
            A = mask.Length,
            S1 = mask,
            Path = list,
            Why = why,
            IfLeftOut = "the command runs on every processor"
        });
}
