using Minirun.Plan;
using Minirun.Linux;

namespace Minirun.Runtime.Plan;

/// <summary>Writes the part of a plan that fork-news carries out in the form it maps (<see cref="PlanFormat"/>).</summary>
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
            if (operation.Step != LaunchStep.None) continue;
            PlanOp op = Encode(operation, index, blob);
            if (operation.Of is { } of) op.B = plan.IndexOf(of);
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

    private static PlanOp Encode(Operation operation, int index, PlanBlob blob)
    {
        var op = new PlanOp
        {
            Code = operation.Code,
            Flags = operation.Flags,
            Index = index,
            A = operation.A,
            B = operation.B,
            C = operation.C,
            D = operation.D,
            E = operation.E,
            F = operation.F,
            Fd = operation.Source?.Fd ?? 0,
            S1 = blob.Add(
                operation.S2 is CommandLine { Bytes: { Length: > 0 } bytes } command
                    ? Paths((string)operation.S1!, command.Words[0], bytes[0])
                    : operation.S1),
            S2 = blob.Add(operation.S2),
            S3 = blob.Add(operation.S3),
        };
        op.S5 = blob.Add(operation.S5);
        op.S4 = operation.S4 is EnvironmentSlot slot ? blob.OffsetIn(op.S3, slot) : blob.Add(operation.S4);
        return op;
    }

    /// <summary>
    /// The paths to execute, with the command as the bytes it was given in: they may be no UTF-8, and then the words are not the same.
    /// </summary>
    private static byte[] Paths(string candidates, string word, byte[] name)
    {
        List<byte> paths = [];
        foreach (string candidate in candidates.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            paths.AddRange(KernelText.Encode(candidate.AsSpan(0, candidate.Length - word.Length)));
            paths.AddRange(name);
            paths.Add(0);
        }
        paths.Add(0);
        return [.. paths];
    }
}
