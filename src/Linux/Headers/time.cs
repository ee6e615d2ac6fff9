using System.Runtime.InteropServices;

namespace Minirun.Linux;

/// <summary>Functions and constants of &lt;time.h&gt;: clock_gettime(2), which the kernel answers without a system call.</summary>
public static unsafe partial class time
{
    public const int CLOCK_REALTIME = 0;
    public const int CLOCK_MONOTONIC = 1;

    [SuppressGCTransition]
    [LibraryImport("libc")]
    public static partial int clock_gettime(int clock, timespec* value);

    [LibraryImport("libc")] private static partial tm* localtime_r(long* seconds, tm* result);

    /// <summary>A second since 1970 in the machine's own zone.</summary>
    public static tm Local(long second)
    {
        tm local;
        localtime_r(&second, &local);
        return local;
    }

    /// <summary>A clock's nanoseconds: since 1970 in UTC for CLOCK_REALTIME.</summary>
    public static long Nanoseconds(int clock)
    {
        timespec now;
        clock_gettime(clock, &now);
        return now.tv_sec * 1_000_000_000 + now.tv_nsec;
    }
}

/// <summary>struct timespec of &lt;time.h&gt;.</summary>
public struct timespec
{
    public long tv_sec;
    public long tv_nsec;
}

/// <summary>struct tm of &lt;time.h&gt;: the date of a moment in some zone.</summary>
public unsafe struct tm
{
    public int tm_sec;
    public int tm_min;
    public int tm_hour;
    public int tm_mday;
    public int tm_mon;
    public int tm_year;
    public int tm_wday;
    public int tm_yday;
    public int tm_isdst;
    public nint tm_gmtoff;
    public byte* tm_zone;
}
