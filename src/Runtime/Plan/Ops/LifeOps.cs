using System.Diagnostics.CodeAnalysis;
using Minirun.Plan;
using Minirun.Runtime.Namespaces;
using Minirun.Runtime.Spec;
using static Minirun.Runtime.Plan.Ops.Strace;

namespace Minirun.Runtime.Plan.Ops;

// How fork-news lives and ends: its parent, what it waits for, and the command.

/// <summary>The signal that it gets when its parent dies.</summary>
public sealed class ParentDeathOp() : Operation(OpCode.ParentDeath, Phase.Program)
{
    /// <summary>0: none any more.</summary>
    public required int Signal { get; init; }

    public override string Call => $"prctl(PR_SET_PDEATHSIG, {(Signal == 0 ? "0" : "SIGKILL")})";

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.Number.Value = Signal;
}

/// <summary>Namespaces that fork-news makes itself.</summary>
public sealed class UnshareOp() : Operation(OpCode.Unshare, Phase.Program)
{
    /// <summary>CLONE_NEW flags.</summary>
    public required ulong Namespaces { get; init; }

    public override string Call => $"unshare({NamespaceSet.Format(Namespaces)})";

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.Number.Value = (long)Namespaces;
}

/// <summary>None may trace it or look into its descriptors.</summary>
public sealed class NotDumpableOp : Operation
{
    [SetsRequiredMembers]
    public NotDumpableOp() : base(OpCode.NotDumpable, Phase.Program)
    {
        Name = "not-dumpable";
        Why = "we are among the container's processes and not yet one of them: none may trace us or look into our descriptors "
            + "(CVE-2016-9962)";
    }

    public override string Call => "prctl(PR_SET_DUMPABLE, 0)";
}

/// <summary>fork-news waits while its parent does what takes rights, or programs, of outside.</summary>
public abstract class AskParentOp() : Operation(OpCode.AskParent, Phase.Entering)
{
    public override string Call => "send(→ minirun); read(← minirun)";
}

/// <summary>The parent runs the hooks of this moment.</summary>
public sealed class AskForHooksOp : AskParentOp;

/// <summary>The parent raises hard limits and lowers the OOM score.</summary>
public sealed class AskForLimitsOp : AskParentOp
{
    public required List<OciRlimit>? Limits { get; init; }

    public required int? OomScore { get; init; }
}

/// <summary>The parent writes the offsets of a time namespace that was just made.</summary>
public sealed class AskForClocksOp : AskParentOp
{
    /// <summary>As the kernel reads them.</summary>
    public required string Offsets { get; init; }
}

/// <summary>A container that was created waits for <c>start</c>.</summary>
public sealed class AwaitStartOp() : Operation(OpCode.AwaitStart, Phase.Command)
{
    /// <summary>It listens; <c>start</c> connects to it.</summary>
    public required int Socket { get; init; }

    /// <summary>A file of the container's state.</summary>
    public required int StateFile { get; init; }

    public override string Call => "poll(start socket); accept4(start socket)";

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.AwaitStart = new() { Socket = Socket, StateFile = StateFile };
}

/// <summary>A program that a document wants to be run at this moment, inside.</summary>
public sealed class HookOp() : Operation(OpCode.Hook, Phase.Entering)
{
    public required string Program { get; init; }

    public required string[] Arguments { get; init; }

    public required string[] Environment { get; init; }

    /// <summary>The container's state as JSON, with room for a pid.</summary>
    public required byte[] State { get; init; }

    /// <summary>Where in it the pid goes, which only fork-news knows.</summary>
    public required int PidAt { get; init; }

    /// <summary>Until it is killed; 0: never.</summary>
    public required int Seconds { get; init; }

    /// <summary>The program is the container's, and gets the command's filters.</summary>
    public bool IsOfContainer { get; init; }

    public override string Call => $"clone3({{exit_signal=SIGCHLD}}); execve({Quote(Program)}, [{Quote(Arguments)}])"
        + (Seconds == 0 ? "" : $", {Seconds} s");

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.Hook = new()
    {
        Program = blob.AddText(Program),
        Arguments = blob.AddArray(Arguments),
        Environment = blob.AddArray(Environment),
        State = blob.AddBytes(State),
        PidAt = PidAt,
        Seconds = Seconds,
        IsOfContainer = IsOfContainer,
    };
}

/// <summary>The list of its children is opened while /proc is the host's.</summary>
public sealed class OpenChildrenOp() : Operation(OpCode.OpenChildren, Phase.Program)
{
    public override string Call => $"openat(AT_FDCWD, {Quote(Path!)}, O_RDONLY) = children";
}

/// <summary>fork-news stays as the parent of the command.</summary>
public sealed class ReaperOp() : Operation(OpCode.Reaper, Phase.Command)
{
    /// <summary>No pid namespace of ours ends all others with its first process: it does.</summary>
    public required bool IsGuard { get; init; }

    public required bool EndsWithParent { get; init; }

    public required bool HasTerminal { get; init; }

    /// <summary>The command is to end with it: no pid namespace sees to that.</summary>
    public required bool EndsCommand { get; init; }

    public override string Call => "clone(SIGCHLD); rt_sigtimedwait(), wait4() until the command ends";

    internal override void Encode(ref PlanOp op, PlanBlob blob) =>
        op.Reaper = new() { IsGuard = IsGuard, EndsWithParent = EndsWithParent, HasTerminal = HasTerminal, EndsCommand = EndsCommand };
}
