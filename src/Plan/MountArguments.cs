namespace Minirun.Plan;

// What is mounted, made and hidden in the root. A target is a path in the root without its first slash, or a name in the new /dev
// (OpFlags.InDev).

/// <summary>What mount_setattr(2) changes: MOUNT_ATTR_ flags of the mount, those of the whole tree, and MS_ propagation.</summary>
public struct MountChange
{
    public long Set;
    public long Clear;
    public long TreeSet;
    public long TreeClear;

    /// <summary>0: as it is. Of the tree with <see cref="OpFlags.PropagationRecursive"/>.</summary>
    public long Propagation;
}

/// <summary><see cref="OpCode.MountFs"/>: a new file system.</summary>
public struct FileSystemArguments
{
    public PlanText Type;
    public PlanText Target;

    /// <summary>Its options, each closed by a zero; with <see cref="OpFlags.Classic"/> one text with commas.</summary>
    public PlanText Options;

    /// <summary>What is bound where the kernel refuses a new one (<see cref="OpFlags.Fallback"/>).</summary>
    public PlanText Fallback;

    /// <summary>What /proc/self/mountinfo shows as its source; none: the type.</summary>
    public PlanText Shown;

    /// <summary>Set: from the beginning. The others: of the whole, once it is made.</summary>
    public MountChange Change;

    /// <summary>MS_ flags of mount(2), with <see cref="OpFlags.Classic"/>.</summary>
    public long ClassicFlags;

    /// <summary>
    /// Written by fork-news: the mount's descriptor, for a <see cref="OpCode.MountAttributes"/> that comes later; 0: none.
    /// </summary>
    public int Kept;
}

/// <summary><see cref="OpCode.Bind"/>.</summary>
public struct BindArguments
{
    /// <summary>
    /// A path of the host, or one in the root (<see cref="OpFlags.SourceInRoot"/>, <see cref="OpFlags.SourceOfOwnTree"/>).
    /// </summary>
    public PlanText Source;

    /// <summary>In its place: a descriptor that the launcher prepared; 0: none.</summary>
    public int SourceFd;
    public PlanText Target;
    public MountChange Change;

    /// <summary>The device that the source has to be (<see cref="DeviceNumber"/>); 0: any file.</summary>
    public long Device;
}

/// <summary>
/// <see cref="OpCode.CgroupBind"/>: the container's own directory of a hierarchy, which is known only now that the process is in it.
/// </summary>
public struct CgroupBindArguments
{
    /// <summary>Where the hierarchy is mounted.</summary>
    public PlanText Mount;

    /// <summary>The root of that mount, in the hierarchy.</summary>
    public PlanText Root;

    /// <summary>The hierarchy's name in /proc/self/cgroup: empty for version 2.</summary>
    public PlanText Hierarchy;
    public PlanText Target;
    public long Attributes;
    public long Propagation;
}

/// <summary><see cref="OpCode.Remount"/>: other options for a mount that is there.</summary>
public struct RemountArguments
{
    public PlanText Target;
    public MountChange Change;
}

/// <summary><see cref="OpCode.MountAttributes"/>: what was kept open gets them at last.</summary>
public struct MountAttributesArguments
{
    /// <summary>The number of the <see cref="OpCode.MountFs"/> that mounted it.</summary>
    public int Op;
    public long Attributes;
}

/// <summary><see cref="OpCode.Copy"/>: a copy of the host's file, as a mount.</summary>
public struct CopyArguments
{
    public PlanText Source;
    public PlanText Target;
    public long Attributes;
}

/// <summary><see cref="OpCode.Symlink"/>.</summary>
public struct SymlinkArguments
{
    /// <summary>What the link says.</summary>
    public PlanText Text;
    public PlanText Target;

    /// <summary>The target is a path in the root; else a name in /dev, whoever made that.</summary>
    public bool IsInRoot;

    /// <summary>Whatever has the name is removed.</summary>
    public bool Replaces;
}

/// <summary><see cref="OpCode.Device"/>.</summary>
public struct DeviceArguments
{
    public PlanText Target;

    /// <summary>The host's node, to be bound where none may be made.</summary>
    public PlanText Source;

    /// <summary>Type and mode of mknod(2).</summary>
    public uint Mode;
    public uint Uid;
    public uint Gid;

    /// <summary>A <see cref="DeviceNumber"/>; 0 of a pipe.</summary>
    public long Number;
    public DeviceWay Way;

    /// <summary>A mount of a node that the launcher made (<see cref="DeviceWay.BindOwn"/>); 0: it could not.</summary>
    public int NodeFd;
}

public enum DeviceWay
{
    /// <summary>mknod(2); where that is refused the host's is bound.</summary>
    Make,

    /// <summary>The host's is bound: nobody can make one in a user namespace.</summary>
    BindHosts,

    /// <summary>The container's own, which the launcher made outside, is bound; else the host's.</summary>
    BindOwn,
}

/// <summary>Major and minor number of a device in one.</summary>
public static class DeviceNumber
{
    public const long Null = 1L << 32 | 3;

    public static long From(long major, long minor) => major << 32 | (uint)minor;

    public static uint Major(long number) => (uint)(number >> 32);

    public static uint Minor(long number) => (uint)number;
}

/// <summary>
/// An operation with one path: <see cref="OpCode.Mask"/>, <see cref="OpCode.OpenDev"/>, <see cref="OpCode.EnsureDirectory"/>.
/// </summary>
public struct PlaceArguments
{
    public PlanText Path;
}

/// <summary><see cref="OpCode.Terminal"/>.</summary>
public struct TerminalArguments
{
    /// <summary>The name in /dev where the slave is mounted, too.</summary>
    public PlanText Name;

    /// <summary>Its size; no rows: none is set.</summary>
    public uint Rows;
    public uint Columns;

    /// <summary>A newline stays one (ONLCR is cleared).</summary>
    public bool PlainNewlines;
}
