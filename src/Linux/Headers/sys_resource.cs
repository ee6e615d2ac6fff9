using System.Runtime.InteropServices;

namespace Minirun.Linux;

/// <summary>struct rusage of &lt;sys/resource.h&gt;, with the member that is used here.</summary>
[StructLayout(LayoutKind.Explicit, Size = 144)]
public struct rusage
{
    /// <summary>KiB.</summary>
    [FieldOffset(32)] public long ru_maxrss;
}

/// <summary>getrlimit(2).</summary>
public static unsafe class sys_resource
{
    public const int RLIMIT_NOFILE = 7;

    /// <summary>How many descriptors we may have.</summary>
    public static ulong OpenFiles
    {
        get
        {
            const ulong usual = 1024;
            ulong* limit = stackalloc ulong[2];
            ulong soft = sys_syscall.syscall(sys_syscall.SYS_prlimit64, 0, RLIMIT_NOFILE, 0, (nint)limit) < 0 ? usual : limit[0];
            return Math.Min(soft, int.MaxValue);
        }
    }
}
