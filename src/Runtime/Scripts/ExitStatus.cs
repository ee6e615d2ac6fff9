using System.Runtime.InteropServices;
using Minirun.Linux;

namespace Minirun.Runtime.Scripts;

/// <summary>How a child of ours ended.</summary>
public static unsafe class ExitStatus
{
    /// <summary>A wait(2) status as a shell reports it: 0–255, or 128+n for signal n.</summary>
    public static int Code(int status) => (status & 0x7f) != 0 ? 128 + (status & 0x7f) : status >> 8 & 0xff;

    /// <summary>Waits for a child of ours; gives its wait(2) status.</summary>
    public static int Wait(int pid) => Wait(pid, out _);

    /// <param name="pid">A child of ours.</param>
    /// <param name="memory">The most that it, or one of those that it waited for, had resident at a time, in bytes.</param>
    public static int Wait(int pid, out long memory)
    {
        int status;
        rusage used;
        while (unistd.wait4(pid, &status, 0, &used) < 0)
            if (Marshal.GetLastPInvokeError() != Errno.EINTR) throw new LinuxException("wait4", Marshal.GetLastPInvokeError());
        memory = used.ru_maxrss * 1024;
        return status;
    }
}
