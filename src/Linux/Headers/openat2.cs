using System.Runtime.InteropServices;
using open_how = Tmds.Linux.open_how;

namespace Minirun.Linux;

/// <summary>openat2(2), for managed code: nobody else makes the raw call, because every caller needs the retries.</summary>
public static partial class fcntl
{
    /// <summary>
    /// How often openat2 is tried. With RESOLVE_IN_ROOT or RESOLVE_BENEATH the kernel answers EAGAIN when any rename or mount on the whole
    /// machine happened while it went through a "..", because it cannot rule out that the path led out (openat2(2)). A try costs a
    /// microsecond.
    /// </summary>
    public const int OpenAttempts = 100_000;

    /// <summary>Opens a path as <paramref name="how"/> says; negative with errno in <see cref="Marshal.GetLastPInvokeError"/>.</summary>
    public static unsafe int openat2(int directory, byte* path, open_how* how)
    {
        int fd, attempt = 0;
        do fd = (int)sys_syscall.syscall(sys_syscall.SYS_openat2, directory, (nint)path, (nint)how, sizeof(open_how));
        while (fd < 0 && Marshal.GetLastPInvokeError() == Errno.EAGAIN && ++attempt < OpenAttempts);
        return fd;
    }
}
