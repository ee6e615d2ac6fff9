using System.Runtime.InteropServices;

namespace Minirun.Plan;

/// <summary>
/// The first bytes of a plan: a memfd that minirun fills and seals and fork-news maps. Operations (<see cref="PlanOp"/>) follow, then the
/// strings and arrays that they point to by offset from the start (<see cref="PlanText"/>).
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct PlanHeader
{
    public const uint Expected = 0x6e75724d;   // "Mrun"

    /// <summary>Changes with every change of the format: a plan and a fork-news of two builds refuse each other.</summary>
    public const uint CurrentVersion = 8;

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
