using Minirun.Plan;
using Minirun.Runtime.Plan.Ops;

namespace Minirun.Runtime.Plan;

/// <summary>Writes the part of a plan that fork-news carries out in the form it maps (<see cref="PlanHeader"/>).</summary>
public static class PlanEncoder
{
    /// <summary>The bytes of a plan. <paramref name="reportFd"/> is the child's end of the report socket.</summary>
    public static unsafe byte[] Encode(ContainerPlan plan, int reportFd, PlanMode mode)
    {
        int count = 0;
        foreach (Operation operation in plan.Operations)
            if (operation.Step == LaunchStep.None) count++;
        var blob = new PlanBlob(sizeof(PlanHeader) + count * sizeof(PlanOp));
        int at = sizeof(PlanHeader);
        for (int index = 0; index < plan.Operations.Count; index++)
        {
            Operation operation = plan.Operations[index];
            operation.Index = index;
            if (operation.Step != LaunchStep.None) continue;
            var op = new PlanOp { Code = operation.Code, Flags = operation.Flags, Index = index };
            operation.Encode(ref op, blob);
            blob.Write(at, ref op);
            at += sizeof(PlanOp);
        }
        var header = new PlanHeader
        {
            Magic = PlanHeader.Expected,
            Version = PlanHeader.CurrentVersion,
            Length = blob.Length,
            OpCount = count,
            OpsOffset = sizeof(PlanHeader),
            ReportFd = reportFd,
            Mode = mode,
        };
        blob.Write(0, ref header);
        return blob.ToArray();
    }
}
