using System.Runtime.InteropServices;

namespace Minirun.Plan;

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
