using System.Diagnostics.CodeAnalysis;
using Minirun.Linux;
using Minirun.Plan;
using Minirun.Runtime.Request;
using static Minirun.Runtime.Plan.Ops.Strace;

namespace Minirun.Runtime.Plan.Ops;

// One family: a root is made in one of three ways (a bind, an overlay, the directory as it is), settled, entered in one of three ways, and
// checked, whatever was done before. `RootPlan` chooses.

/// <summary>Whether mounts here and on the host appear on the other side.</summary>
public sealed class PropagationOp() : Operation(OpCode.Propagation, Phase.Root)
{
    /// <summary>MS_ flags of mount(2) on "/".</summary>
    public required long Propagation { get; init; }

    public override string Call =>
        $"mount(NULL, \"/\", NULL, MS_REC|{Strace.Propagation(Propagation & ~sys_mount.MS_REC)}, NULL)";

    public override string Doing => "make mounts private";

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.Number.Value = Propagation;
}

/// <summary>The root is the directory at <see cref="Operation.Path"/>, in one of three ways.</summary>
public abstract class RootOp : Operation
{
    protected const string Without = "there is no root mount to enter";

    [SetsRequiredMembers]
    protected RootOp(OpCode code) : base(code, Phase.Root) => Name = Why = "root";

    public override string Doing => $"make a root of {Path}";
}

/// <summary>A bind of it: pivot_root(2) wants a mount point.</summary>
public sealed class BindRootOp : RootOp
{
    [SetsRequiredMembers]
    public BindRootOp(bool inPlace) : base(OpCode.BindRoot)
    {
        IsInPlace = inPlace;
        IfLeftOut = Without;
        Why = inPlace ? "pivot_root wants a mount point, so the directory is bound; in its own place, where hooks look for it"
            : "pivot_root wants a mount point, so the directory is bound; out of every path's way until it is entered";
    }

    /// <summary>It is found by its path.</summary>
    public bool IsInPlace { get; }

    /// <summary>MOUNT_ATTR_ flags of all of it.</summary>
    public long Attributes { get; init; }

    /// <summary>Mounts that the host makes below it appear in the container.</summary>
    public bool Follows { get; init; }

    /// <summary>The mount that it lies in is shared with the host, which must not see it.</summary>
    public bool IsShared { get; init; }

    public override string Call => $"open_tree(AT_FDCWD, {Quote(Path!)}, OPEN_TREE_CLONE|AT_RECURSIVE) = root; "
        + $"mount_setattr(root, {(Attributes == 0 ? "" : Strace.Attributes(Attributes) + "|")}MS_UNBINDABLE); "
        + $"move_mount(root → {(IsInPlace ? Quote(Path!) : "\"/\"")})";

    internal override void Encode(ref PlanOp op, PlanBlob blob) =>
        op.BindRoot = new() { Attributes = Attributes, Follows = Follows, IsShared = IsShared, IsInPlace = IsInPlace };
}

/// <summary>An overlay over it, whose upper layer is thrown away.</summary>
public sealed class OverlayRootOp : RootOp
{
    [SetsRequiredMembers]
    public OverlayRootOp() : base(OpCode.OverlayRoot)
    {
        IfLeftOut = Without;
        Why = "an overlay with its upper layer in memory: every write is thrown away at the end";
    }

    public long Attributes { get; init; }

    public bool UsesUserAttributes { get; init; }

    public override string Call => OverlayOp.Mount(Path, UsesUserAttributes, Attributes) + " = root; move_mount(root → \"/\")";

    public override string? Hint(int errno, Policy policy) => OverlayOp.HintOf(errno);

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.Overlay = new()
    {
        UpperOptions = blob.AddText(OverlayOp.UpperOptions),
        UsesUserAttributes = UsesUserAttributes,
        Attributes = Attributes,
    };
}

/// <summary>Without a mount namespace there is only the directory.</summary>
public sealed class OpenRootOp : RootOp
{
    [SetsRequiredMembers]
    public OpenRootOp() : base(OpCode.OpenRoot)
    {
    }

    public override string Call => $"openat(AT_FDCWD, {Quote(Path!)}, O_PATH|O_DIRECTORY) = root";
}

/// <summary>The root may be bound again.</summary>
public sealed class SettleRootOp() : Operation(OpCode.SettleRoot, Phase.Entering)
{
    public override string Call => "mount_setattr(root, MS_PRIVATE)";
}

/// <summary>The root is entered; <see cref="CheckRootOp"/> proves that nothing of the old one is left.</summary>
public abstract class EnterRootOp(OpCode code, RootEntry entry) : Operation(code, Phase.Entering)
{
    /// <summary>What is left of the old root then.</summary>
    public RootEntry Entry { get; } = entry;

    public override string Doing => "enter the root file system";
}

public sealed class PivotRootOp() : EnterRootOp(OpCode.PivotRoot, RootEntry.Pivoted)
{
    /// <summary>The old mounts may be shared with the host, which would lose its own with them.</summary>
    public bool OldIsShared { get; init; }

    public override string Call => "fchdir(root); pivot_root(\".\", \".\"); "
        + (OldIsShared ? "mount_setattr(old root, MS_SLAVE|AT_RECURSIVE); " : "") + "umount2(\".\", MNT_DETACH); chdir(\"/\")";

    public override string? Hint(int errno, Policy policy) => errno == Errno.EINVAL
        ? "the new root is not a mount point (was `root` left out?), or the caller's own root is the initial ramdisk" : null;

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.PivotRoot.OldIsShared = OldIsShared;
}

/// <summary>For an initial ramdisk, which pivot_root(2) refuses.</summary>
public sealed class MoveRootOp() : EnterRootOp(OpCode.MoveRoot, RootEntry.Moved)
{
    /// <summary>Paths of the host's procfs and sysfs, which are taken away before; each closed by a zero.</summary>
    public string? KernelMounts { get; init; }

    public override string Call => "umount2(procfs and sysfs of the host, MNT_DETACH); fchdir(root); chroot(\".\"); chdir(\"/\")";

    public override string Doing => "enter the root file system without pivot_root";

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.MoveRoot.KernelMounts = blob.AddText(KernelMounts);
}

/// <summary>Without a mount namespace: only a change of view.</summary>
public sealed class ChrootOp() : Operation(OpCode.Chroot, Phase.Entering)
{
    public override string Call => "fchdir(root); chroot(\".\"); chdir(\"/\")";

    public override string Doing => "enter the root file system by chroot";

    public override string? Hint(int errno, Policy policy) => errno == Errno.EPERM
        ? "chroot needs CAP_SYS_CHROOT: a user namespace gives it (--ns user), or be root" : null;
}

/// <summary>Of the root, now that it is "/".</summary>
public sealed class RootAttributesOp() : Operation(OpCode.RootAttributes, Phase.Entering)
{
    /// <summary>MOUNT_ATTR_ flags to set.</summary>
    public long Attributes { get; init; }

    /// <summary>Or MS_SHARED, MS_UNBINDABLE.</summary>
    public long Propagation { get; init; }

    public override string Call => "mount_setattr(AT_FDCWD, \"/\", "
        + $"{(Propagation == 0 ? Strace.Attributes(Attributes) : Strace.Propagation(Propagation))}{Tree(Flags)})";

    public override string Doing => Propagation == 0 ? "make the root read-only" : "set the propagation of the root";

    internal override void Encode(ref PlanOp op, PlanBlob blob) =>
        op.RootAttributes = new() { Attributes = Attributes, Propagation = Propagation };
}

/// <summary>
/// The last look, before any right is given up: whatever made the root, and whatever entered it, the end has to be the same.
/// </summary>
public sealed class CheckRootOp : Operation
{
    private readonly EnterRootOp? _entered;

    /// <param name="entered">What entered the root, without which there is nothing to check; null: the root was joined.</param>
    [SetsRequiredMembers]
    public CheckRootOp(EnterRootOp? entered) : base(OpCode.CheckRoot, Phase.Entering)
    {
        _entered = entered;
        Name = "check-root";
        Path = "/";
        Why = $"\"/..\" is \"/\", {(entered is null ? "" : "no mount of the host's is left, ")}no directory of the caller's came along: "
            + "else nothing is executed";
        IfLeftOut = "nobody has proved that the host's tree is gone";
    }

    public override Operation? Of => _entered;

    private RootEntry Entry => _entered?.Entry ?? RootEntry.Joined;

    public override string Call => "statx(\"/\", \"/..\", \".\", STATX_MNT_ID_UNIQUE); "
        + (Entry == RootEntry.Pivoted ? "mount_setattr(old root) = EINVAL; " : "")
        + (Entry == RootEntry.Joined ? "" : "listmount(LSMT_ROOT, old root's and later); ") + "statx(0, 1, 2)";

    public override string Doing => "prove that the host's file system is out of reach (check-root)";

    public override string? Hint(int errno, Policy policy) => errno switch
    {
        Errno.EISDIR => "stdin, stdout or stderr is a directory of the host, whose \"..\" leads out: give a file, a pipe or /dev/null",
        Errno.ESTALE => "the working directory lies outside of the root",
        Errno.EXDEV =>
            "another mount lies on the root: does a volume's destination lead to \"/\", or the caller's own \"/\" have several mounts?",
        Errno.EBUSY => "a mount of the host's is still there; nothing was executed. Please tell how it was started (docs/security.md)",
        _ => null,
    };

    internal override void Encode(ref PlanOp op, PlanBlob blob) => op.CheckRoot.Entry = Entry;
}
