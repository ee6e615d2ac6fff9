using static Minirun.Linux.sys_syscall;

namespace Minirun.Linux.Calls;

/// <summary>As long as it lives, some signals wait for this thread (sigprocmask(2)).</summary>
public sealed unsafe class SignalMask : IDisposable
{
    private readonly ulong _before;

    /// <param name="blocked">Which, as sigset_t has them.</param>
    public SignalMask(ulong blocked)
    {
        ulong before = 0;
        syscall(SYS_rt_sigprocmask, signal.SIG_BLOCK, (nint)(&blocked), (nint)(&before), sizeof(ulong));
        _before = before;
    }

    /// <summary>Takes one of these that waits already, and is blocked, and forgets it (sigtimedwait(2)).</summary>
    public static void TakeWaiting(ulong mask)
    {
        timespec none = default;
        syscall(SYS_rt_sigtimedwait, (nint)(&mask), 0, (nint)(&none), sizeof(ulong));
    }

    public void Dispose()
    {
        ulong before = _before;
        syscall(SYS_rt_sigprocmask, signal.SIG_SETMASK, (nint)(&before), 0, sizeof(ulong));
    }
}
