using System.Runtime.CompilerServices;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>
/// The linker puts this in front of libc's start. fork-news needs nothing of what libc makes of a process, and does without: a look at the
/// processor, whose every question costs a virtual machine a microsecond or two, and there are a hundred; page faults; and memory that the
/// container's own limit would have to pay for. The invariant of <see cref="Boot"/> holds here above all: not even memset(3) is there yet.
/// </summary>
public static unsafe class EarlyStart
{
    internal const int AT_SECURE = 23;

    private static nint s_kept;

    /// <summary>The compiler must not leave out what only the linker knows of.</summary>
    internal static void Keep() => s_kept = (nint)(delegate*<nint, int, byte**, nint, nint, nint, nint, int>)&BeforeLibrary;

    /// <summary>libc's __libc_start_main: the very first call of the program.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int BeforeLibrary(nint main, int argc, byte** argv, nint init, nint fini, nint dynamic, nint stackEnd)
    {
        // On arm64 only the process itself can say where its thread's area is: there it is libc that does.
        if (!Linux.Processor.IsArm64 && IsForkNews(argc, argv)) BecomeForkNewsAlone(argc, argv);
        return Sys.RealStart(main, argc, argv, init, fini, dynamic, stackEnd);
    }

    /// <summary>
    /// The one thing of libc's that is needed is errno, a variable of the thread's area (static TLS): %fs points to its end, where it says
    /// so itself.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void BecomeForkNewsAlone(int argc, byte** argv)
    {
        const int ARCH_SET_FS = 0x1002, before = 640, size = 1024;
        byte* area = stackalloc byte[size];
        byte* end = (byte*)(((nint)area + before + 63) & ~(nint)63);
        *(byte**)end = end;
        Sys.Call(158 /* arch_prctl */, ARCH_SET_FS, (nint)end);
        BecomeForkNews(argc, argv, IsPrivileged(argc, argv));
        Sys.Call(SYS_exit_group, 125);   // never reached; the area is this frame's, so nothing may take its place
    }

    /// <summary>AT_SECURE, from where the kernel writes it: behind the environment.</summary>
    private static bool IsPrivileged(int argc, byte** argv)
    {
        byte** end = argv + argc + 1;
        while (*end != null) end++;
        for (ulong* entry = (ulong*)(end + 1); entry[0] != 0; entry += 2)
            if (entry[0] == AT_SECURE) return entry[1] != 0;
        return false;
    }

    internal static bool IsForkNews(int argc, byte** argv) => argc is >= 2 and <= 4 && Text.Equal(argv[0], "fork-news"u8);

    internal static void BecomeForkNews(int argc, byte** argv, bool isPrivileged)
    {
        RefuseIf(isPrivileged);
        if (argc == 4) Joining.Do(Text.Number(argv[1]));
        Interpreter.Run(Text.Number(argv[1]), argc >= 3 ? Text.Number(argv[2]) : -1);
    }

    internal static void RefuseIf(bool isPrivileged)
    {
        if (isPrivileged)
            Refuse(
                "minirun: refusing to run set-user-ID, set-group-ID or with file capabilities: it needs none of them (chmod u-s,g-s; "u8
                    + "setcap -r)\n"u8);
    }

    internal static void Refuse(ReadOnlySpan<byte> message)
    {
        Sys.Call(SYS_write, 2, (nint)Text.Pointer(message), message.Length);
        Sys.Call(SYS_exit_group, 125);
    }
}
