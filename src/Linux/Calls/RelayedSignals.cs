using static Minirun.Linux.sys_syscall;

namespace Minirun.Linux;

/// <summary>
/// The signals that minirun takes from a signalfd and passes on to the container. All threads must have them blocked, so they are blocked
/// before the .NET runtime makes its first (src/Init/Boot.cs): nothing here may need the runtime.
/// </summary>
public static unsafe class RelayedSignals
{
    /// <summary>
    /// As sigset_t has them. Left out: faults, job control stops, and the three real-time signals that glibc and the .NET collector use.
    /// </summary>
    public const ulong Mask =
        ~(1UL << 3 | 1UL << 4 | 1UL << 5 | 1UL << 6 | 1UL << 7 | 1UL << 8 | 1UL << 10 | 1UL << 12 | 1UL << 18 | 1UL << 19 | 1UL << 20
            | 1UL << 21
          | 1UL << 30 | 7UL << 31);

    private static ulong s_inherited;
    private static int s_blocked;

    /// <summary>
    /// Whether they were blocked before the runtime started. When not, the linker argument was dropped, and only speed is lost.
    /// </summary>
    public static bool AreBlocked => s_blocked != 0;

    /// <summary>Blocks them in this thread and in all that it starts.</summary>
    public static void Block()
    {
        ulong mask = Mask, old;
        RawSystemCall.Call(SYS_rt_sigprocmask, signal.SIG_BLOCK, (nint)(&mask), (nint)(&old), sizeof(ulong));
        s_inherited = old;
        s_blocked = 1;
    }

    /// <summary>
    /// A signalfd(2) of them, which does not block; -1 where they are not blocked: then they end us, as they do any program.
    /// </summary>
    /// <param name="mask">Only some of them.</param>
    /// <exception cref="LinuxException">There is no descriptor left.</exception>
    public static int Open(ulong mask = Mask)
    {
        if (s_blocked == 0) return -1;
        nint fd = syscall(SYS_signalfd4, -1, (nint)(&mask), sizeof(ulong), signal.SFD_CLOEXEC | signal.SFD_NONBLOCK);
        return (int)LinuxException.Check(fd, "signalfd4");
    }

    /// <summary>Takes that back for this thread: signals end us again, or do what the caller wanted.</summary>
    public static void Unblock()
    {
        ulong mask = s_inherited;
        if (s_blocked != 0) RawSystemCall.Call(SYS_rt_sigprocmask, signal.SIG_SETMASK, (nint)(&mask), 0, sizeof(ulong));
    }
}
