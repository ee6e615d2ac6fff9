using Minirun.Linux;
using Minirun.Plan;
using Minirun.Runtime.Request;
using Minirun.Runtime.Security.Seccomp;
using static Minirun.Runtime.Plan.Ops.Strace;

namespace Minirun.Runtime.Plan.Ops;

// User, capabilities, system calls and descriptors are cut to what the command is to have.

/// <summary>Capabilities outside of the set can never be gained again.</summary>
public sealed class BoundingOp() : Operation(OpCode.Bounding, Phase.Rights)
{
    public required ulong Kept { get; init; }

    public override string Call => $"prctl(PR_CAPBSET_DROP, all but {Strace.Capabilities(Kept)})";

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.Bounding.Kept = Kept;
}

/// <summary>The command's user gets what was made for the container as its stdin, stdout and stderr.</summary>
public sealed class StdioOwnerOp() : Operation(OpCode.StdioOwner, Phase.Rights)
{
    private const int All = 7;

    public required uint Uid { get; init; }

    /// <summary>A bit for each of the three that we made.</summary>
    public required int Ours { get; init; }

    /// <summary>Pipes without a name are the container's, whoever made them.</summary>
    public bool TakesPipes { get; init; }

    public override string Call => $"fchownat({Streams(TakesPipes ? All : Ours)}: {Uid})";

    internal override void Encode(ref PlanOp op, PlanBlob blob) =>
        op.StdioOwner = new() { Uid = Uid, Ours = Ours, TakesPipes = TakesPipes };
}

/// <summary>The command's user and groups.</summary>
public sealed class IdentityOp() : Operation(OpCode.Identity, Phase.Rights)
{
    public required uint Uid { get; init; }

    public required uint Gid { get; init; }

    /// <summary>Null: they may not be set, and stay.</summary>
    public required IReadOnlyList<uint>? Groups { get; init; }

    /// <summary>The signal that we get when our parent dies; a change of user takes it away. 0: none.</summary>
    public int DeathSignal { get; init; }

    public override string Call =>
        (Groups is null ? "" : $"setgroups({Groups.Count}); ") + $"setresgid({Gid}); setresuid({Uid})";

    public override string Doing => $"become user {Uid}, group {Gid}";

    public override string? Field => "process.user";

    public override string? Hint(int errno, Policy policy) => errno == Errno.EINVAL
        ? "an id is not in the map of the user namespace: see " + policy.WhereIdsAreMapped : null;

    internal override void Encode(ref PlanOp op, PlanBlob blob)
    {
        byte[]? groups = null;
        if (Groups is { Count: > 0 })
        {
            groups = new byte[Groups.Count * sizeof(uint)];
            for (int i = 0; i < Groups.Count; i++) BitConverter.TryWriteBytes(groups.AsSpan(i * sizeof(uint)), Groups[i]);
        }
        op.Identity = new()
        {
            Uid = Uid,
            Gid = Gid,
            Groups = blob.AddBytes(groups),
            GroupCount = Groups?.Count ?? IdentityArguments.KeepGroups,
            DeathSignal = DeathSignal,
        };
    }
}

/// <summary>What the command may do of root's powers.</summary>
public sealed class CapabilitiesOp() : Operation(OpCode.Capabilities, Phase.Rights)
{
    public required ulong Effective { get; init; }

    public required ulong Permitted { get; init; }

    public required ulong Inheritable { get; init; }

    public required ulong Ambient { get; init; }

    public override string Call
    {
        get
        {
            string permitted = Effective == Permitted ? "…same" : Strace.Capabilities(Permitted);
            return $"capset({{effective={Strace.Capabilities(Effective)}, permitted={permitted}, "
                + $"inheritable={Strace.Capabilities(Inheritable)}}})"
                + (Ambient == 0 ? "" : $"; prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, {Strace.Capabilities(Ambient)})");
        }
    }

    public override string Doing => "grant all of the capabilities";

    internal override void Encode(ref PlanOp op, PlanBlob blob) =>
        op.Capabilities = new() { Effective = Effective, Permitted = Permitted, Inheritable = Inheritable, Ambient = Ambient };
}

public sealed class NoNewPrivilegesOp() : Operation(OpCode.NoNewPrivileges, Phase.Rights)
{
    public override string Call => "prctl(PR_SET_NO_NEW_PRIVS, 1)";
}

/// <summary>System calls that the command has no use for are refused.</summary>
public sealed class SeccompOp() : Operation(OpCode.Seccomp, Phase.Rights)
{
    public required SeccompFilter Filter { get; init; }

    public override string Call => $"seccomp(SECCOMP_SET_MODE_FILTER, {Filter.Name})";

    public override string? Hint(int errno, Policy policy) => errno switch
    {
        Errno.EINVAL => "this kernel has no seccomp filters, or does not know a flag or action of the profile: see `minirun doctor`; "
            + "--security-opt seccomp=unconfined goes without",
        Errno.EACCES => "without no_new_privs a filter takes CAP_SYS_ADMIN in the container's user namespace",
        Errno.EBUSY => "a filter that is there already notifies an agent, and the kernel takes one such filter only",
        _ => null,
    };

    internal override void Encode(ref PlanOp op, PlanBlob blob) =>
        op.Seccomp = new() { Program = blob.AddBytes(Filter.Program), Count = Filter.Length, Flags = Filter.Flags };
}

/// <summary>Descriptors that the command is not to have are closed.</summary>
public sealed class CloseFdsOp() : Operation(OpCode.CloseFds, Phase.Rights)
{
    /// <summary>The lowest of them.</summary>
    public required int First { get; init; }

    /// <summary>Two that are needed until execve, which closes them; 0: none.</summary>
    public int StartSocket { get; init; }

    public int InitLock { get; init; }

    public override string Call => $"close_range({First}, ~0)";

    internal override void Encode(ref PlanOp op, PlanBlob blob) =>
        op.CloseFds = new() { First = First, StartSocket = StartSocket, InitLock = InitLock };
}

/// <summary>The working directory, verified to be inside the root.</summary>
public sealed class WorkingDirectoryOp() : Operation(OpCode.WorkingDirectory, Phase.Rights)
{
    public required string Directory { get; init; }

    /// <summary>Before the user is changed: what that one's rights do not allow may be left for later.</summary>
    public bool IsEarly { get; init; }

    public override string Call => $"chdir({Quote(Directory)}); getcwd()";

    public override string Doing => $"change to the working directory {Directory}";

    public override string? Field => "process.cwd";

    public override string? Hint(int errno, Policy policy) => errno switch
    {
        Errno.ENOENT => "make the directory in the root file system, or give another with --workdir",
        Errno.ENOTDIR => "it is a file, or lies below one: give a directory" + policy.HowDirectoryIsGiven,
        Errno.EACCES => "the user may not enter it, or it lies outside the root file system",
        _ => null,
    };

    internal override void Encode(ref PlanOp op, PlanBlob blob) =>
        op.WorkingDirectory = new() { Path = blob.AddText(Directory), IsEarly = IsEarly };
}

/// <summary>No signal is blocked or ignored.</summary>
public sealed class SignalsOp() : Operation(OpCode.Signals, Phase.Rights)
{
    public override string Call => "rt_sigaction(SIGPIPE, SIG_DFL); rt_sigaction(SIGXFSZ, SIG_DFL); rt_sigprocmask(SIG_SETMASK, [])";
}
