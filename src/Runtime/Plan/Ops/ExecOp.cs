using Minirun.Linux;
using Minirun.Plan;
using static Minirun.Runtime.Plan.Ops.Strace;

namespace Minirun.Runtime.Plan.Ops;

/// <summary>The command is looked for.</summary>
public abstract class ProgramOp(OpCode code) : Operation(code, Phase.Command)
{
    /// <summary>argv, the name of the command first.</summary>
    public required string[] Command { get; init; }

    /// <summary>The paths to try, as execvp(3) would, each closed by a zero.</summary>
    public required string Candidates { get; init; }

    protected string Paths => string.Join(" | ", Candidates.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(Quote));

    /// <summary>NAME=VALUE.</summary>
    public required string[] Environment { get; init; }

    /// <summary>The root file system that it is to be in, as the host has it.</summary>
    public required string Root { get; init; }

    /// <summary>Where it starts.</summary>
    public required string Directory { get; init; }

    /// <summary>The directory in /proc of the container's first process, where one joins a container; null: there is none.</summary>
    public string? ProcDirectory { get; init; }

}

/// <summary>A command that is not there is an error of create, not of start.</summary>
public sealed class FindProgramOp() : ProgramOp(OpCode.FindProgram)
{
    public override string Call => $"faccessat2({Paths}, X_OK, AT_EACCESS)";

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.Exec.Candidates = blob.AddText(Candidates);
}

/// <summary>The command takes the place of fork-news.</summary>
public sealed class ExecOp() : ProgramOp(OpCode.Exec)
{
    /// <summary>The same as bytes, where its words are not all UTF-8.</summary>
    public byte[][]? CommandBytes { get; init; }

    /// <summary>No mount can bring the program: it is to be in the root file system before anything is made there.</summary>
    public bool IsInRootAlone { get; init; }

    /// <summary>The entry of the environment that ends with our pid, and where in it; null: none does.</summary>
    public (int Entry, int At)? PidAt { get; init; }

    public override string Call =>
        $"execve({Paths}, [{Quote(Command)}])";

    internal override void Encode(ref PlanOp op, PlanBlob blob)
    {
        bool asBytes = CommandBytes is { Length: > 0 };
        op.Exec.Candidates = asBytes ? blob.AddTexts(CandidateBytes()) : blob.AddText(Candidates);
        op.Exec.Arguments = asBytes ? blob.AddArray(CommandBytes!) : blob.AddArray(Command);
        op.Exec.Environment = blob.AddArray(Environment);
        op.Exec.IsInRootAlone = IsInRootAlone;
        if (PidAt is var (entry, at)) op.Exec.PidAt = blob.Find(op.Exec.Environment, entry, at);
    }

    /// <summary>With the command as the bytes it was given in: they may be no UTF-8, and then the words are not the same.</summary>
    private byte[] CandidateBytes()
    {
        List<byte> paths = [];
        foreach (string candidate in Candidates.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            paths.AddRange(KernelText.Encode(candidate.AsSpan(0, candidate.Length - Command[0].Length)));
            paths.AddRange(CommandBytes![0]);
            paths.Add(0);
        }
        paths.Add(0);
        return [.. paths];
    }
}
