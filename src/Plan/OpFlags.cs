namespace Minirun.Plan;

/// <summary>What any operation may be told. Each says by its documentation who heeds it.</summary>
[Flags]
public enum OpFlags : uint
{
    None = 0,

    /// <summary>A bind takes the whole mount tree, not its top alone.</summary>
    Recursive = 1,

    /// <summary>The target is (made as) a file; else a directory.</summary>
    File = 2,

    /// <summary>The target is a name in the new /dev, resolved from its own descriptor.</summary>
    InDev = 4,

    /// <summary>The source of a bind is a path inside the root, and also the target.</summary>
    SourceInRoot = 8,

    /// <summary>No component of the target may be a symlink: CVE-2019-19921 and its kin.</summary>
    Ordinary = 16,

    /// <summary>ENOENT, and what a root file system that cannot be written answers, leave the operation out.</summary>
    Optional = 32,

    /// <summary>When the kernel refuses a new file system, the parent's is bound, and that is reported.</summary>
    Fallback = 64,

    /// <summary>The mounted file system is remembered as the new /dev.</summary>
    IsDev = 128,

    /// <summary>It is remembered as the new /dev/pts.</summary>
    IsPts = 256,

    /// <summary>The propagation goes to all mounts of the tree.</summary>
    PropagationRecursive = 512,

    /// <summary>Any failure is as good as success.</summary>
    MayFail = 1024,

    /// <summary>A failure is reported, and the container goes on: what cannot be granted is a warning.</summary>
    Warn = 2048,

    /// <summary>Nothing of procfs may be covered: the target must lie in another file system (CVE-2019-16884).</summary>
    NotInProc = 4194304,

    /// <summary>The source of a bind must be a procfs.</summary>
    SourceIsProc = 4096,

    /// <summary>A directory that is already there gives the new tmpfs its mode.</summary>
    KeepMode = 8192,

    /// <summary>What the directory holds is copied into the new tmpfs.</summary>
    CopyUp = 16384,

    /// <summary>A later operation needs the mount: its descriptor stays (<see cref="FileSystemArguments.Kept"/>).</summary>
    KeepOpen = 32768,

    /// <summary>What is there decides whether it is a directory or a file.</summary>
    EitherKind = 65536,

    /// <summary>The source of a bind is opened as it is, be it a symlink.</summary>
    SourceNoFollow = 131072,

    /// <summary>The target's last name is opened as it is, be it a symlink.</summary>
    TargetNoFollow = 262144,

    /// <summary>That it is there already is no failure.</summary>
    MayExist = 524288,

    /// <summary>mount(2) instead of the newer calls, whose option values have at most 255 bytes.</summary>
    Classic = 1048576,

    /// <summary><see cref="BindArguments.SourceFd"/> is a detached mount tree, to be moved; without it, a place to clone.</summary>
    Detached = 2097152,

    /// <summary>The source of a bind is a path inside the root, as it is by now: what was mounted there before is seen.</summary>
    SourceOfOwnTree = 8388608,

    /// <summary>The parent maps the ids of the source, once it is cloned (<see cref="ReportKind.Tree"/>).</summary>
    MapsIds = 16777216,
}
