using Minirun.Linux;
using Minirun.Plan;
using Minirun.Runtime.Request;
using static Minirun.Runtime.Plan.Ops.Strace;

namespace Minirun.Runtime.Plan.Ops;

/// <summary>A bind mount.</summary>
public class BindOp(Phase phase = Phase.Mounts) : PlaceOp(OpCode.Bind, phase)
{
    /// <summary>A path of the host's, or in the root (<see cref="OpFlags.SourceInRoot"/>, <see cref="OpFlags.SourceOfOwnTree"/>).</summary>
    public required string Source { get; init; }

    /// <summary>What the launcher prepares in its place, when it does.</summary>
    public MountSource? Prepared { get; init; }

    public MountChange Change { get; init; }

    /// <summary>The device that it has to be (<see cref="DeviceNumber"/>); 0: any file.</summary>
    public long Device { get; init; }

    protected override string? Subject => Source;

    public override string Call
    {
        get
        {
            bool later = Prepared?.MapsLater == true;
            string source = Prepared is null || later ? ShownSource : Prepared.Way + ShownSource;
            string recursive = (Flags & OpFlags.Recursive) != 0 ? "|AT_RECURSIVE" : "";
            string open = Prepared?.Detached == true ? source : $"open_tree({source}, OPEN_TREE_CLONE{recursive})";
            string mapped = later ? " = fd; by minirun: " + Prepared!.MappingCall : "";
            return $"{open}{mapped}{Strace.Change(Change, Flags)}; move_mount(→ root{Path})";
        }
    }

    private string ShownSource => (Flags & OpFlags.SourceInRoot) != 0 ? "root" + Path
        : (Flags & OpFlags.SourceOfOwnTree) != 0 ? "root/" + Source
        : Quote(Source);

    public override string Doing => $"mount {Source} on {Path}";

    public override string? Hint(int errno, Policy policy) =>
        errno == Errno.EPERM && (Flags & OpFlags.SourceIsProc) != 0 ? "\"/proc\" cannot be mounted because it is not of type proc"
            : HintOfTarget(errno, policy);

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.Bind = new()
    {
        Source = blob.AddText(Source),
        SourceFd = Prepared?.Fd ?? 0,
        Target = blob.AddText(Target),
        Change = Change,
        Device = Device,
    };
}

/// <summary>A place in the root is bound on itself, read-only with all below.</summary>
public sealed class ReadOnlyPathOp() : BindOp(Phase.Hiding)
{
    public override string Doing => $"make {Path} read-only";
}

/// <summary>A place in the root is hidden: a directory under an empty one, a file under /dev/null.</summary>
public sealed class MaskOp() : PlaceOp(OpCode.Mask, Phase.Hiding)
{
    public override string Call => (Flags & (OpFlags.EitherKind | OpFlags.File)) switch
    {
        OpFlags.File => $"open_tree(\"/dev/null\", OPEN_TREE_CLONE); move_mount(→ root{Path})",
        OpFlags.None => $"open_tree(empty directory, OPEN_TREE_CLONE); mount_setattr(MOUNT_ATTR_RDONLY); move_mount(→ root{Path})",
        _ => $"open_tree(\"/dev/null\" or empty directory, OPEN_TREE_CLONE); move_mount(→ root{Path})",
    };

    public override string Doing => $"hide {Path}";

    public override string? Hint(int errno, Policy policy) => errno == Errno.ENOTDIR ? HintOfKinds : null;

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.Place.Path = blob.AddText(Target);
}

/// <summary>The container's own directory of a control group hierarchy, which fork-news finds once it is in it.</summary>
public sealed class CgroupBindOp() : PlaceOp(OpCode.CgroupBind)
{
    /// <summary>Where the hierarchy is mounted.</summary>
    public required string Mount { get; init; }

    /// <summary>The root of that mount, in the hierarchy.</summary>
    public required string Root { get; init; }

    /// <summary>Its name in /proc/self/cgroup; empty for version 2.</summary>
    public required string Hierarchy { get; init; }

    public long Attributes { get; init; }

    public long Propagation { get; init; }

    public override string Call => $"open_tree({Quote(Mount)} + own cgroup of {Hierarchy}, OPEN_TREE_CLONE)"
        + Strace.Change(new() { Set = Attributes, Propagation = Propagation }, Flags) + $"; move_mount(→ root{Path})";

    public override string Doing => $"mount the cgroup hierarchy {Hierarchy} on {Path}";

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.CgroupBind = new()
    {
        Mount = blob.AddText(Mount),
        Root = blob.AddText(Root),
        Hierarchy = blob.AddText(Hierarchy),
        Target = blob.AddText(Target),
        Attributes = Attributes,
        Propagation = Propagation,
    };
}

/// <summary>Other options for a mount that is there.</summary>
public sealed class RemountOp() : PlaceOp(OpCode.Remount)
{
    public MountChange Change { get; init; }

    public override string Call => $"openat2(root{Path}){Strace.Change(Change, Flags)}";

    public override string Doing => $"set the options of the mount on {Path}";

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.Remount = new() { Target = blob.AddText(Target), Change = Change };
}

/// <summary>A copy of the host's file, as a mount.</summary>
public sealed class CopyOp() : PlaceOp(OpCode.Copy)
{
    public required string Source { get; init; }

    /// <summary>MOUNT_ATTR_ flags.</summary>
    public long Attributes { get; init; }

    protected override string? Subject => Source;

    public override string Call =>
        $"openat(root/dev, \".copy\", O_CREAT|O_EXCL); sendfile(← {Quote(Source)}); open_tree(OPEN_TREE_CLONE)"
        + Set(Attributes, 0, 0, "") + $"; move_mount(→ root{Path}); unlinkat(root/dev/.copy)";

    public override string Doing => $"copy {Source} to {Path}";

    internal override void Encode(ref PlanOp op, PlanBlob blob) =>
        op.Copy = new() { Source = blob.AddText(Source), Target = blob.AddText(Target), Attributes = Attributes };
}
