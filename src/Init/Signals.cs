using Minirun.Linux;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>What signals do to us, and to the command.</summary>
internal static unsafe class Signals
{
    private const ulong SIG_DFL = 0, SIG_IGN = 1;

    /// <summary>
    /// Beyond a limit (`ulimit -f`) a write is to fail with EFBIG, and to be said; the signal would end us half way through a stop or a
    /// removal.
    /// </summary>
    public static void IgnoreFileSize()
    {
        ulong* action = stackalloc ulong[4];
        Sys.Call(SYS_rt_sigaction, signal.SIGXFSZ, (nint)Action(action, SIG_IGN), 0, sizeof(ulong));
    }

    /// <summary>
    /// .NET ignores SIGPIPE, we ignore SIGXFSZ, and minirun blocks what it relays: all of that would live on in the command.
    /// </summary>
    public static bool Reset(Child* child)
    {
        ulong none = 0;
        ulong* action = stackalloc ulong[4];
        Action(action, SIG_DFL);
        return child->Try(SYS_rt_sigaction, signal.SIGPIPE, (nint)action, 0, sizeof(ulong))
            && child->Try(SYS_rt_sigaction, signal.SIGXFSZ, (nint)action, 0, sizeof(ulong))
            && child->Try(SYS_rt_sigprocmask, signal.SIG_SETMASK, (nint)(&none), 0, sizeof(ulong));
    }

    /// <summary>The kernel's struct sigaction: handler, flags, restorer, mask.</summary>
    private static ulong* Action(ulong* action, ulong handler)
    {
        action[0] = handler;
        for (int i = 1; i < 4; i++) action[i] = 0;
        return action;
    }
}
