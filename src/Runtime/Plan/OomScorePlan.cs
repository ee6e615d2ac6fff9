using System.Text;
using Minirun.Linux;
using Minirun.Plan;
using Minirun.Runtime.Request;

namespace Minirun.Runtime.Plan;

/// <summary>How readily the kernel kills the command when memory runs out.</summary>
internal static class OomScorePlan
{
    public static void Add(ContainerPlan plan)
    {
        ContainerSpec spec = plan.Spec;
        if (spec.Oci.Process.OomScoreAdj is not { } score) return;
        if (spec.Joins(sched.CLONE_NEWUSER)) AddJoined(plan, score.ToString());
        else plan.Add(new()
        {
            Name = "oom-score",
            Phase = Phase.Program,
            Code = OpCode.WriteFile,
            S1 = "/proc/self/oom_score_adj",
            S2 = score.ToString(),
            A = score.ToString().Length,
            Why = "how readily the kernel kills it when memory runs out; written while /proc is still the host's",
            IfLeftOut = "the caller's score stays",
        });
    }

    /// <summary>Where our own procfs is open already: the files of a process that enters a user namespace are not its own.</summary>
    private static void AddJoined(ContainerPlan plan, string score) => plan.Add(new()
    {
        Name = "oom-score",
        Code = OpCode.WriteProc,
        S1 = "self/oom_score_adj",
        S2 = Encoding.ASCII.GetBytes(score),
        A = score.Length,
        Path = score,
        Why = "how readily the kernel kills it when memory runs out",
    });
}
