using System.Text;
using Minirun.Linux;
using Minirun.Plan;
using Minirun.Runtime.Request;
using static Minirun.Runtime.Plan.Ops.Strace;

namespace Minirun.Runtime.Plan.Ops;

/// <summary>A file of the host's /proc is written while that is still ours.</summary>
public sealed class WriteFileOp() : Operation(OpCode.WriteFile, Phase.Program)
{
    public required string File { get; init; }

    public required string Content { get; init; }

    public override string Call => $"write({File}, {Quote(Content)})";

    public override string Doing => $"write {Content} to {File}";

    public override string? Hint(int errno, Policy policy) => WriteProcOp.HintOfScore(errno);

    internal override void Encode(ref PlanOp op, PlanBlob blob) =>
        op.Write = new() { Path = blob.AddText(File), Content = blob.AddBytes(Encoding.UTF8.GetBytes(Content)) };
}

/// <summary>A procfs that nobody has mounted anything in.</summary>
public sealed class OpenProcOp() : Operation(OpCode.OpenProc, Phase.Process)
{
    /// <summary>One that was opened before the namespaces of a container were joined; 0: a new one.</summary>
    public required int Descriptor { get; init; }

    public override string Call => Descriptor == 0
        ? "fsmount(\"proc\", MOUNT_ATTR_NOSUID|MOUNT_ATTR_NODEV|MOUNT_ATTR_NOEXEC) = proc" : $"fstatfs({Descriptor}) = proc";

    public override string Doing => "open a procfs";

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.OpenProc.Fd = Descriptor;
}

/// <summary>A file of that procfs is written.</summary>
public class WriteProcOp() : Operation(OpCode.WriteProc, Phase.Process)
{
    /// <summary>Below the procfs.</summary>
    public required string File { get; init; }

    public required string Content { get; init; }

    public override string Call => $"write(proc/{File}, {Quote(Content)})";

    public override string Doing => $"write {Content} to /proc/{File}";

    public override string? Hint(int errno, Policy policy) => HintOfScore(errno);

    internal static string? HintOfScore(int errno) => errno is Errno.EACCES or Errno.EPERM
        ? "a score below the caller's own needs CAP_SYS_RESOURCE on the host" : null;

    internal override void Encode(ref PlanOp op, PlanBlob blob) =>
        op.Write = new() { Path = blob.AddText(File), Content = blob.AddBytes(Encoding.UTF8.GetBytes(Content)) };
}

/// <summary>A kernel parameter is set.</summary>
public sealed class SysctlOp : WriteProcOp
{
    /// <summary>As the document names it.</summary>
    public required string Parameter { get; init; }

    public override string Doing => $"set the kernel parameter {Parameter} to '{Content}'";

    public override string? Field => "linux.sysctl." + Parameter;

    public override string? Hint(int errno, Policy policy) => errno switch
    {
        Errno.ENOENT or Errno.ENOTDIR => "this kernel has no such parameter, or the module that brings it is not loaded",
        Errno.EINVAL or Errno.ERANGE => "the kernel does not take this value",
        Errno.EXDEV or Errno.EROFS or Errno.EACCES or Errno.EPERM =>
            "it may be set only by one who owns the namespace, and not where an outer container shows /proc/sys read-only",
        _ => null,
    };
}

/// <summary>A security module is told under what the command runs, from its execve on.</summary>
public sealed class LabelOp() : Operation(OpCode.Label, Phase.Rights)
{
    /// <summary>Below the procfs.</summary>
    public required string File { get; init; }

    /// <summary>Where it is on older kernels; null: in the same place.</summary>
    public string? OlderFile { get; init; }

    /// <summary>What is written.</summary>
    public required string Content { get; init; }

    /// <summary>"the AppArmor profile 'NAME'", as the user knows it.</summary>
    public required string Action { get; init; }

    public override string Call => $"write(proc/{File}, {Quote(Content)})";

    public override string Doing => Action;

    public override string? Field => Name == "apparmor" ? "process.apparmorProfile" : null;

    public override string? Hint(int errno, Policy policy) => errno switch
    {
        Errno.ENOENT => "no profile of this name is loaded: see `aa-status`, load it with `apparmor_parser -r FILE`",
        Errno.EINVAL => "the security module does not take it: is it enabled, and the name right?",
        _ => "the caller's own profile or policy does not let it change to this one",
    };

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.Label = new()
    {
        File = blob.AddText(File),
        OlderFile = blob.AddText(OlderFile),
        Content = blob.AddBytes(Encoding.UTF8.GetBytes(Content)),
    };
}

/// <summary>A time namespace is made, its offsets are set, and it is entered.</summary>
public sealed class TimeNamespaceOp() : Operation(OpCode.TimeNamespace, Phase.Naming)
{
    /// <summary>As the kernel reads them; empty: none are set.</summary>
    public required string Offsets { get; init; }

    /// <summary>It is there already, with its offsets.</summary>
    public bool IsMade { get; init; }

    public override string Call =>
        $"unshare(CLONE_NEWTIME); write(proc/self/timens_offsets, {Quote(Offsets)}); setns(proc/self/ns/time_for_children)";

    public override string Doing =>
        "make a time namespace" + (Offsets.Length == 0 ? "" : $" with the offsets {Offsets.TrimEnd().Replace("\n", ", ")}");

    public override string? Field => Offsets.Length == 0 ? null : "linux.timeOffsets";

    public override string? Hint(int errno, Policy policy) => errno switch
    {
        Errno.ERANGE => "no clock may start before zero, nor end soon: give a larger, or smaller, linux.timeOffsets",
        Errno.EINVAL or Errno.ENOSYS => "time namespaces need Linux 5.6 with CONFIG_TIME_NS",
        _ => null,
    };

    internal override void Encode(ref PlanOp op, PlanBlob blob) =>
        op.TimeNamespace = new() { Offsets = blob.AddBytes(Encoding.ASCII.GetBytes(Offsets)), IsMade = IsMade };
}
