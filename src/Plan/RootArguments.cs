namespace Minirun.Plan;

// How the root is made, entered and checked. The child's working directory is the root file system when they begin.

/// <summary><see cref="OpCode.BindRoot"/>.</summary>
public struct BindRootArguments
{
    /// <summary>MOUNT_ATTR_ flags of the root and of all that is mounted in it.</summary>
    public long Attributes;

    /// <summary>
    /// The root is, in the end, a slave of the mount that the root file system lies in: what the host mounts appears inside.
    /// </summary>
    public bool Follows;

    /// <summary>
    /// That mount is shared with the host, which must not see what we mount: it is cut off, or made a slave when the root follows it.
    /// </summary>
    public bool IsShared;

    /// <summary>
    /// The root is mounted in its own place, where hooks look for it; else on "/", where no path of the host leads through it.
    /// </summary>
    public bool IsInPlace;
}

/// <summary><see cref="OpCode.OverlayRoot"/>, and <see cref="OpCode.MountOverlay"/> on a place in the root.</summary>
public struct OverlayArguments
{
    /// <summary>The directory below; of the root none is named, as it is the working directory.</summary>
    public PlanText Lower;
    public PlanText Target;

    /// <summary>Options of the tmpfs that takes the writes, each closed by a zero.</summary>
    public PlanText UpperOptions;

    /// <summary>overlayfs keeps its marks in user.* attributes: trusted.* needs root outside of user namespaces.</summary>
    public bool UsesUserAttributes;

    /// <summary>MOUNT_ATTR_ flags.</summary>
    public long Attributes;
}

/// <summary><see cref="OpCode.PivotRoot"/>.</summary>
public struct PivotRootArguments
{
    /// <summary>Some of the old mounts are still shared with the host, which would lose its own with them.</summary>
    public bool OldIsShared;
}

/// <summary><see cref="OpCode.MoveRoot"/>.</summary>
public struct MoveRootArguments
{
    /// <summary>Paths of the host's procfs and sysfs, which are taken away before.</summary>
    public PlanText KernelMounts;
}

/// <summary><see cref="OpCode.RootAttributes"/>.</summary>
public struct RootAttributesArguments
{
    /// <summary>MOUNT_ATTR_ flags to set.</summary>
    public long Attributes;

    /// <summary>MS_SHARED or MS_UNBINDABLE; 0: as it is.</summary>
    public long Propagation;
}

/// <summary><see cref="OpCode.CheckRoot"/>.</summary>
public struct CheckRootArguments
{
    public RootEntry Entry;
}

/// <summary>How the root was entered, and with that what may be left of the old one.</summary>
public enum RootEntry
{
    /// <summary>By pivot_root(2): the old root is out of the namespace.</summary>
    Pivoted,

    /// <summary>By chroot(2), as from an initial ramdisk: the old root stays below, out of reach.</summary>
    Moved,

    /// <summary>With a mount namespace of another container (setns(2)).</summary>
    Joined,
}
