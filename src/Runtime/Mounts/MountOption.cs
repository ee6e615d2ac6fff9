namespace Minirun.Runtime.Mounts;

/// <summary>One option of a mount that is no file system's own.</summary>
internal readonly record struct MountOption(string Name, MountOptionKind Kind, long Flag = 0, bool Recursive = false);

internal enum MountOptionKind
{
    /// <summary>Known, and nothing to do.</summary>
    Nothing,

    /// <summary>A MOUNT_ATTR_ flag to set, or to clear.</summary>
    Set,
    Clear,

    /// <summary>A value of the access-time field.</summary>
    AccessTime,

    /// <summary>MS_PRIVATE and its kin.</summary>
    Propagation,

    /// <summary>A word that the super block of a new file system takes (fsconfig(2)); nothing for a bind.</summary>
    SuperBlock,
    Bind,
    Remount,
    CopyUp,
    IdMap,
    CopySymlink,
    SourceNoFollow,
    TargetNoFollow,
}
