using System.Runtime;
using System.Runtime.CompilerServices;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>
/// What the .NET runtime asks libc for while it starts, and need not: the linker puts these functions in front of libc's
/// (<c>--wrap</c> in Cli.csproj). The runtime reads ten files to find limits of memory and processors, one of which makes the kernel sum up
/// the counters of a whole control group; our heap has a limit of its own. And it marks each piece of the heap for core dumps, which splits
/// mappings. These are 64 of the 563 system calls of a start (docs/decisions/0009). The invariant of <see cref="Boot"/> holds here, too,
/// and stackalloc is not allowed either.
/// </summary>
public static unsafe class RuntimeStart
{
    private const int MADV_DONTDUMP = 16;
    private const int MADV_DODUMP = 17;
    private const int M_ARENA_MAX = -8;
    private const int RLIMIT_STACK = 3;
    private const ulong AT_EXECFN = 31;
    private const ulong PageSize = 4096;
    private const ulong UsualStack = 8 << 20;

    private static nint s_kept;

    internal static void Prepare()
    {
        // The finalizer's thread gets no heap of its own, for which malloc(3) maps and trims 128 MB of addresses.
        MallocOption(M_ARENA_MAX, 1);
        // The compiler must not leave out what only the linker knows of.
        s_kept = (nint)(delegate*<byte*, byte*, nint>)&OpenFile ^ (nint)(delegate*<byte*, nint>)&OpenDirectory
            ^ (nint)(delegate*<void*, nuint, int, int>)&Advise ^ (nint)(delegate*<nint, void*, int>)&ThreadAttributes;
    }

    /// <summary>fopen64(3), which only the runtime calls: for mountinfo, cgroup and meminfo. It does without each of them.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint OpenFile(byte* path, byte* mode)
    {
        *Sys.ErrnoLocation() = Linux.Errno.ENOENT;
        return 0;
    }

    /// <summary>opendir(3), but for the nodes of memory: one collector with one heap has no use for them.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint OpenDirectory(byte* path)
    {
        if (!Text.Equal(path, "/sys/devices/system/node"u8)) return RealOpenDirectory(path);
        *Sys.ErrnoLocation() = Linux.Errno.ENOENT;
        return 0;
    }

    /// <summary>madvise(2), but for what a core dump leaves out.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Advise(void* start, nuint length, int advice) =>
        advice is MADV_DONTDUMP or MADV_DODUMP ? 0 : RealAdvise(start, length, advice);

    /// <summary>
    /// pthread_getattr_np(3), which the runtime calls for the bounds of a stack. libc finds those of the first thread in /proc/self/maps;
    /// but they are known: the kernel writes the name of the program at the very top (execve(2), AT_EXECFN).
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int ThreadAttributes(nint thread, void* attributes)
    {
        if (ThreadId() != ProcessId()) return RealThreadAttributes(thread, attributes);
        byte* name = (byte*)Sys.AuxiliaryValue(AT_EXECFN);
        Limit limit;
        if (name == null || Sys.Call(SYS_prlimit64, 0, RLIMIT_STACK, 0, (nint)(&limit)) != 0)
            return RealThreadAttributes(thread, attributes);
        ulong top = ((ulong)name + (ulong)Text.Length(name) + 1 + (ulong)sizeof(void*) + PageSize - 1) & ~(PageSize - 1);
        ulong size = limit.Soft is >= PageSize * 16 and <= 1ul << 32 ? limit.Soft & ~(PageSize - 1) : UsualStack;
        return SetStack(attributes, (void*)(top - size), (nuint)size);
    }

    /// <summary>
    /// struct rlimit. No stackalloc: the value that guards such a frame is set by the runtime's start, while another thread may be here.
    /// </summary>
    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }

    [RuntimeImport("*", "gettid"), MethodImpl(MethodImplOptions.InternalCall)]
    private static extern int ThreadId();

    [RuntimeImport("*", "getpid"), MethodImpl(MethodImplOptions.InternalCall)]
    private static extern int ProcessId();

    [RuntimeImport("*", "__real_opendir"), MethodImpl(MethodImplOptions.InternalCall)]
    private static extern nint RealOpenDirectory(byte* path);

    [RuntimeImport("*", "__real_madvise"), MethodImpl(MethodImplOptions.InternalCall)]
    private static extern int RealAdvise(void* start, nuint length, int advice);

    [RuntimeImport("*", "__real_pthread_getattr_np"), MethodImpl(MethodImplOptions.InternalCall)]
    private static extern int RealThreadAttributes(nint thread, void* attributes);

    [RuntimeImport("*", "pthread_attr_setstack"), MethodImpl(MethodImplOptions.InternalCall)]
    private static extern int SetStack(void* attributes, void* lowest, nuint size);

    [RuntimeImport("*", "mallopt"), MethodImpl(MethodImplOptions.InternalCall)]
    private static extern int MallocOption(int option, int value);
}
