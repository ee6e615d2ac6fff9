using System.Diagnostics.CodeAnalysis;
using Minirun.Linux;
using Minirun.Plan;
using Minirun.Runtime.Request;
using static Minirun.Runtime.Plan.Ops.Strace;

namespace Minirun.Runtime.Plan.Ops;

/// <summary>Something is mounted on, made in, or hidden in a place of the root.</summary>
public abstract class PlaceOp(OpCode code, Phase phase = Phase.Mounts) : Operation(code, phase)
{
    /// <summary>A path in the root without its first slash; a name in the new /dev with <see cref="OpFlags.InDev"/>.</summary>
    public required string Target { get; init; }

    /// <summary>What is the same for whatever is mounted, and refused for this reason.</summary>
    protected string? HintOfTarget(int errno, Policy policy) => errno switch
    {
        Errno.ELOOP or Errno.ENOTDIR when (Flags & OpFlags.Ordinary) != 0 =>
            $"{Path} must be mounted on ordinary directory: in the root file system it is a symlink or a file",
        Errno.EPERM when policy.NamesPlaces && (Flags & OpFlags.NotInProc) != 0 && !Path!.StartsWith("/proc", StringComparison.Ordinal) =>
            $"{Path} leads into /proc, or the source's read-only, nosuid, nodev or noexec is locked and may not be cleared",
        Errno.ENOTDIR => HintOfKinds,
        Errno.EROFS or Errno.EACCES =>
            $"{Path} is missing in the root file system and cannot be made there; make it{policy.HintOfReadOnlyRoot}",
        Errno.ELOOP => $"{Path} leads through a symlink that ends nowhere inside the root file system",
        _ => null,
    };

    protected string HintOfKinds => $"source and {Path} in the root file system must both be directories, or both be files";
}

/// <summary>A new file system.</summary>
public sealed class FileSystemOp() : PlaceOp(OpCode.MountFs)
{
    public required string Type { get; init; }

    /// <summary>Its options, each closed by a zero; with <see cref="OpFlags.Classic"/> with commas between them. Null: none.</summary>
    public string? Options { get; init; }

    /// <summary>What is bound where the kernel refuses a new one; null: that is an error.</summary>
    public string? Fallback { get; init; }

    /// <summary>What is shown as its source; null: its type.</summary>
    public string? Shown { get; init; }

    public MountChange Change { get; init; }

    /// <summary>MS_ flags, with <see cref="OpFlags.Classic"/>.</summary>
    public long ClassicFlags { get; init; }

    protected override string? Subject => Type;

    public override string Call => $"fsmount({Quote(Type)}, {Attributes(Change.Set)}{Data(Options)})"
        + $"{Set(Change.TreeSet, Change.TreeClear, Change.Propagation, "|AT_RECURSIVE")}; move_mount(→ root{Path})";

    public override string Doing => $"mount {Type} on {Path}";

    public override string? Hint(int errno, Policy policy) => errno switch
    {
        Errno.EPERM when Type is "proc" or "sysfs" =>
            "a parent mount hides part of it (nested container?); drop --require to show the "
            + "caller's instead, or see `minirun doctor`",
        Errno.EINVAL => "the kernel does not take one of its options; `dmesg` may say which",
        Errno.ENODEV => "this kernel does not know the file system; `minirun doctor` lists what it has",
        _ => HintOfTarget(errno, policy),
    };

    /// <summary>What is said when the caller's was taken.</summary>
    public string FallbackText => Type == "cgroup2"
        ? $"cgroup2 on {Path}: the kernel refuses a new one here, so the container's own directory {Fallback} is bound instead"
        : $"{Type} on {Path}: the kernel refuses a new one here (a mount hides part of the caller's own; nested container?), "
            + $"so the caller's {Fallback} is shown instead"
            + (Place is not null ? "" : $"; --require {(Type == "proc" ? "procfs" : Type)} makes this an error");

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.FileSystem = new()
    {
        Type = blob.AddText(Type),
        Target = blob.AddText(Target),
        Options = blob.AddText(Options),
        Fallback = blob.AddText(Fallback),
        Shown = blob.AddText(Shown),
        Change = Change,
        ClassicFlags = ClassicFlags,
    };
}

/// <summary>Attributes for what another operation mounted and kept open: when all that had to be made in it is made.</summary>
public sealed class LaterAttributesOp : Operation
{
    private readonly FileSystemOp _of;

    [SetsRequiredMembers]
    public LaterAttributesOp(FileSystemOp of) : base(OpCode.MountAttributes, Phase.Mounts)
    {
        _of = of;
        Name = "readonly:" + of.Path;
        Path = of.Path;
        Why = "its option ro: now that all is made in it";
        IfLeftOut = "{path} can be written to";
    }

    public long Attributes { get; init; } = sys_mount.MOUNT_ATTR_RDONLY;

    public override Operation Of => _of;

    public override string Call => $"mount_setattr(root{Path}, {Strace.Attributes(Attributes)})";

    public override string Doing => $"set the options of the mount on {Path}";

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.MountAttributes = new() { Op = _of.Index, Attributes = Attributes };
}

/// <summary>An overlay over a directory of the host's, whose upper layer goes with the container.</summary>
public sealed class OverlayOp() : PlaceOp(OpCode.MountOverlay)
{
    /// <summary>Of the tmpfs that takes the writes.</summary>
    internal const string UpperOptions = "mode=755\0";

    public required string Lower { get; init; }

    public long Attributes { get; init; }

    public bool UsesUserAttributes { get; init; }

    protected override string? Subject => Lower;

    public override string Call => Mount(Lower, usesUserAttributes: false, Attributes) + $"; move_mount(→ root{Path})";

    public override string Doing => $"mount {Lower} on {Path}";

    public override string? Hint(int errno, Policy policy) => HintOf(errno);

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.Overlay = new()
    {
        Lower = blob.AddText(Lower),
        Target = blob.AddText(Target),
        UpperOptions = blob.AddText(UpperOptions),
        UsesUserAttributes = UsesUserAttributes,
        Attributes = Attributes,
    };

    internal static string Mount(string? lower, bool usesUserAttributes, long attributes) =>
        $"fsmount(\"overlay\", lowerdir={lower},upperdir=tmpfs:/upper,workdir=tmpfs:/work{(usesUserAttributes ? ",userxattr" : "")}"
        + $"{(attributes == 0 ? "" : ", " + Strace.Attributes(attributes))})";

    internal static string HintOf(int errno) => errno == Errno.EINVAL
        ? "something is mounted below the directory, which an overlay made in a user namespace may not uncover: as root use --userns host, "
            + "else take a copy"
        : "overlay in a user namespace needs Linux 5.11; `minirun doctor` tells";
}
