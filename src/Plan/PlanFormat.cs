using System.Runtime.InteropServices;

namespace Minirun.Plan;

/// <summary>
/// The first bytes of a plan: a memfd that minirun fills and seals and fork-news maps. Operations follow, then the strings
/// and arrays that they point to by offset from the start. Offset 0 means none.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct PlanHeader
{
    public const uint Expected = 0x6e75724d;   // "Mrun"

    /// <summary>Changes with every change of the format: a plan and a fork-news of two builds refuse each other.</summary>
    public const uint CurrentVersion = 7;

    public uint Magic;
    public uint Version;
    public int Length;
    public int OpCount;
    public int OpsOffset;

    /// <summary>Our end of the SOCK_SEQPACKET pair to the parent: reports go out, permission to go on comes in.</summary>
    public int ReportFd;
    public PlanMode Mode;
}

/// <summary>How much the parent wants to hear.</summary>
[Flags]
public enum PlanMode
{
    /// <summary>Only failures are reported.</summary>
    Quiet = 0,

    /// <summary>Each operation is reported when done, with its time (--explain).</summary>
    Report = 1,

    /// <summary>Each operation waits for a byte from the parent (--step).</summary>
    Step = 2,
}

/// <summary>One operation. What A–D and S1–S4 mean is said at its case in fork-news' interpreter (src/Init).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct PlanOp
{
    public OpCode Code;
    public OpFlags Flags;

    /// <summary>Its number in the whole plan, which also holds the parent's operations.</summary>
    public int Index;
    public long A;
    public long B;
    public long C;
    public long D;
    public long E;
    public long F;
    public int S1;
    public int S2;
    public int S3;
    public int S4;
    public int S5;

    /// <summary>A descriptor that the parent or the raw child prepared; 0: none.</summary>
    public int Fd;
}

[Flags]
public enum OpFlags : uint
{
    None = 0,

    /// <summary>The whole mount tree, not its top alone.</summary>
    Recursive = 1,

    /// <summary>The target is (made as) a file; else a directory.</summary>
    File = 2,

    /// <summary>Target is a name in the new /dev, resolved from its own descriptor.</summary>
    InDev = 4,

    /// <summary>Source is a path inside the root.</summary>
    SourceInRoot = 8,

    /// <summary>No component of the target may be a symlink: CVE-2019-19921 and its kin.</summary>
    Ordinary = 16,

    /// <summary>ENOENT, and what a root file system that cannot be written answers, leave the operation out.</summary>
    Optional = 32,

    /// <summary>When the kernel refuses a new file system, bind the parent's from S4, and report it.</summary>
    Fallback = 64,

    /// <summary>Remember the mounted file system as the new /dev.</summary>
    IsDev = 128,

    /// <summary>Remember it as the new /dev/pts.</summary>
    IsPts = 256,

    /// <summary>The propagation goes to all mounts of the tree.</summary>
    PropagationRecursive = 512,

    /// <summary>Any failure is as good as success.</summary>
    MayFail = 1024,

    /// <summary>A failure is reported, and the container goes on: what cannot be granted is a warning.</summary>
    Warn = 2048,

    /// <summary>Nothing of procfs may be covered: the target must lie in another file system (CVE-2019-16884).</summary>
    NotInProc = 4194304,

    /// <summary>The source must be a procfs.</summary>
    SourceIsProc = 4096,

    /// <summary>A directory that is already there gives the new tmpfs its mode.</summary>
    KeepMode = 8192,

    /// <summary>What the directory holds is copied into the new tmpfs.</summary>
    CopyUp = 16384,

    /// <summary>A later operation needs the mount: its descriptor stays, in <see cref="PlanOp.Fd"/>.</summary>
    KeepOpen = 32768,

    /// <summary>What is there decides whether it is a directory or a file.</summary>
    EitherKind = 65536,

    /// <summary>The source is opened as it is, be it a symlink.</summary>
    SourceNoFollow = 131072,

    /// <summary>The target's last name is opened as it is, be it a symlink.</summary>
    TargetNoFollow = 262144,

    /// <summary>That it is there already is no failure.</summary>
    MayExist = 524288,

    /// <summary>mount(2) instead of the newer calls, whose option values have at most 255 bytes.</summary>
    Classic = 1048576,

    /// <summary><see cref="PlanOp.Fd"/> is a detached mount tree, to be moved; without it, a place to clone.</summary>
    Detached = 2097152,

    /// <summary>The source of a bind is a path inside the root, as it is by now: what was mounted there before is seen.</summary>
    SourceOfOwnTree = 8388608,

    /// <summary>The parent maps the ids of the source, once it is cloned (<see cref="ReportKind.Tree"/>).</summary>
    MapsIds = 16777216,
}

/// <summary>One message from the child to the parent.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct Report
{
    public ReportKind Kind;
    public int Op;
    public int Errno;

    /// <summary>Number of the system call that failed.</summary>
    public int Call;

    /// <summary>How long it took. With a failed hook: the descriptors of its output, stdout's in the upper half.</summary>
    public long Nanoseconds;
}

public enum ReportKind
{
    None,
    Done,
    Failed,

    /// <summary>The operation was left out, because it may be (<see cref="OpFlags.Optional"/>).</summary>
    Skipped,

    /// <summary>The operation was done in its second-best way (<see cref="OpFlags.Fallback"/>).</summary>
    FellBack,

    /// <summary>Carries the master of the container's terminal.</summary>
    Terminal,

    /// <summary>Carries the socket on which the container tells of its readiness (<see cref="OpCode.Notify"/>).</summary>
    Readiness,

    /// <summary>Carries the listener of a seccomp filter that notifies.</summary>
    Listener,

    /// <summary>Carries the clone of a mount whose ids the parent is to map now (<see cref="OpFlags.MapsIds"/>).</summary>
    Tree,

    /// <summary>The parent is to do its part now (<see cref="OpCode.AskParent"/>).</summary>
    Asks,

    /// <summary>All is made, and waits for <c>start</c> (<see cref="OpCode.AwaitStart"/>).</summary>
    Created,

    /// <summary>The operation failed, in part or whole, and may (<see cref="OpFlags.Warn"/>).</summary>
    Warning,
}
