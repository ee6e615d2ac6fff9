using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>
/// What the .NET runtime needs and does not look for: where a reservation of its own fails, it ends by SIGSEGV, or not, as threads come and
/// go.
/// </summary>
internal static unsafe class AddressSpace
{
    private const int RLIMIT_AS = 9;
    private const ulong Least = 96 << 20;

    /// <summary>RLIMIT_AS; 0: not known.</summary>
    public static ulong Limit { get; private set; }
    public static ulong HardLimit { get; private set; }

    public static bool IsTooSmall()
    {
        ulong* limit = stackalloc ulong[2];   // soft, hard
        if (Sys.Call(SYS_prlimit64, 0, RLIMIT_AS, 0, (nint)limit) != 0) return false;
        Limit = limit[0];
        HardLimit = limit[1];
        return Limit < Least;
    }
}
