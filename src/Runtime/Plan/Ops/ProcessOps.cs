using System.Diagnostics.CodeAnalysis;
using Minirun.Linux;
using Minirun.Plan;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan.Ops;

// What the process has, and its children inherit.

/// <summary>A limit (getrlimit(2)).</summary>
public sealed class RlimitOp : Operation
{
    [SetsRequiredMembers]
    public RlimitOp(OciRlimit limit) : base(OpCode.Rlimit, Phase.Process)
    {
        Name = "ulimit:" + Rlimits.ShortName(limit.Type);
        Why = "as given by --ulimit";
        IfLeftOut = "the caller's limit stays";
        Resource = Rlimits.Number(limit.Type);
        Soft = limit.Soft;
        Hard = limit.Hard;
    }

    /// <summary>RLIMIT_.</summary>
    public int Resource { get; }

    public ulong Soft { get; }

    public ulong Hard { get; }

    public override string Call => $"prlimit64(0, {Rlimits.Names[Resource]}, {{{Strace.Limit(Soft)}, {Strace.Limit(Hard)}}})";

    public override string Doing => $"set the limit {Name["ulimit:".Length..]}";

    public override string? Field => "process.rlimits";

    public override string? Hint(int errno, Policy policy) => errno == Errno.EPERM
        ? "raising a hard limit needs CAP_SYS_RESOURCE on the host: ask for no more than `ulimit -H` shows" : null;

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.Rlimit = new() { Resource = Resource, Soft = Soft, Hard = Hard };
}

public sealed class NiceOp() : Operation(OpCode.Nice, Phase.Process)
{
    public required int Value { get; init; }

    public override string Call => $"setpriority(PRIO_PROCESS, 0, {Value})";

    public override string Doing => $"set the nice value {Value}";

    public override string? Hint(int errno, Policy policy) => errno is Errno.EACCES or Errno.EPERM
        ? "a nice value below the caller's own needs CAP_SYS_NICE on the host" : null;

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.Number.Value = Value;
}

/// <summary>The processors that it runs on.</summary>
public sealed class AffinityOp() : Operation(OpCode.Affinity, Phase.Process)
{
    /// <summary>As somebody wrote it, such as 0-3.</summary>
    public required string List { get; init; }

    /// <summary>A bit for each.</summary>
    public required byte[] Mask { get; init; }

    public override string Call => $"sched_setaffinity(0, [{List}])";

    public override string Doing => $"run on processors {List}";

    public override string? Hint(int errno, Policy policy) => errno == Errno.EINVAL
        ? "none of these processors is there, or allowed: see `nproc` and /proc/self/status" : null;

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.Bytes.Bytes = blob.AddBytes(Mask);
}

/// <summary>The scheduling policy (sched_setattr(2)).</summary>
public sealed class SchedulerOp() : Operation(OpCode.Scheduler, Phase.Process)
{
    public required OciScheduler Wanted { get; init; }

    public override string Call => $"sched_setattr(0, {Wanted.Policy})";

    public override string Doing => $"set the scheduling policy {Wanted.Policy}";

    public override string? Field => "process.scheduler";

    public override string? Hint(int errno, Policy policy) => errno switch
    {
        Errno.EPERM => "a real-time policy, or a nice value below the caller's own, needs CAP_SYS_NICE on the host; SCHED_DEADLINE "
            + "also all processors of the caller's cpuset; in a cgroup of version 1 a real-time one may need "
                + "linux.resources.cpu.realtimeRuntime",
        Errno.EINVAL => "the kernel does not take this combination: see sched_setattr(2); priority is 1 to 99 for SCHED_FIFO and SCHED_RR, "
            + "runtime <= deadline <= period for SCHED_DEADLINE",
        Errno.EBUSY => "there is not so much processor time left for SCHED_DEADLINE",
        _ => null,
    };

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.Bytes.Bytes = blob.AddBytes(SchedulerAttributes.Encode(Wanted));
}

/// <summary>How soon its reads and writes are served (ioprio_set(2)).</summary>
public sealed class IoPriorityOp() : Operation(OpCode.IoPriority, Phase.Process)
{
    public required OciIoPriority Wanted { get; init; }

    public override string Call => $"ioprio_set(IOPRIO_WHO_PROCESS, 0, {Wanted.Class} {Wanted.Priority})";

    public override string Doing => $"set the I/O priority {Wanted.Class} {Wanted.Priority}";

    public override string? Field => "process.ioPriority";

    public override string? Hint(int errno, Policy policy) => errno == Errno.EPERM
        ? "IOPRIO_CLASS_RT needs CAP_SYS_ADMIN or CAP_SYS_NICE on the host" : null;

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.Number.Value = IoPriority.Encode(Wanted);
}

/// <summary>The memory nodes that its pages come from (set_mempolicy(2)).</summary>
public sealed class MemoryPolicyOp() : Operation(OpCode.MemoryPolicy, Phase.Process)
{
    public required OciMemoryPolicy Wanted { get; init; }

    private string Shown => $"{Wanted.Mode} {Wanted.Nodes}".TrimEnd();

    public override string Call => $"set_mempolicy({Shown})";

    public override string Doing => $"set the memory policy {Shown}";

    public override string? Field => "linux.memoryPolicy";

    public override string? Hint(int errno, Policy policy) => errno == Errno.EINVAL
        ? "are the memory nodes there (see /sys/devices/system/node/online), and does the mode go with them (set_mempolicy(2))?" : null;

    internal override void Encode(ref PlanOp op, PlanBlob blob)
    {
        byte[]? nodes = Wanted.Nodes is { Length: > 0 } list ? CpuSet.TryParse(list) : null;
        op.MemoryPolicy = new()
        {
            Mode = MemoryPolicy.Mode(Wanted),
            Nodes = blob.AddBytes(nodes),
            // The kernel reads one bit fewer than it is told (set_mempolicy(2), BUGS).
            Bits = nodes is null ? 0 : nodes.Length * 8 + 1,
        };
    }
}

/// <summary>What uname(2) says the machine is (personality(2)).</summary>
public sealed class PersonalityOp() : Operation(OpCode.Personality, Phase.Process)
{
    private const long PER_LINUX32 = 8;

    /// <summary>LINUX or LINUX32.</summary>
    public required string Domain { get; init; }

    public override string Call => $"personality({Domain})";

    public override string Doing => $"set the personality {Domain}";

    public override string? Field => "linux.personality";

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.Number.Value = Domain == "LINUX32" ? PER_LINUX32 : 0;
}

public sealed class UmaskOp() : Operation(OpCode.Umask, Phase.Process)
{
    public required uint Mask { get; init; }

    public override string Call => $"umask(0{Convert.ToString(Mask, 8)})";

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.Number.Value = Mask;
}

/// <summary>No controlling terminal.</summary>
public sealed class SessionOp() : Operation(OpCode.Session, Phase.Process)
{
    public override string Call => "setsid()";
}

/// <summary>A session keyring of its own.</summary>
public sealed class KeyringOp() : Operation(OpCode.Keyring, Phase.Process)
{
    public override string Call => "keyctl(KEYCTL_JOIN_SESSION_KEYRING, NULL)";
}
