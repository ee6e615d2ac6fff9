using System.Runtime;
using System.Runtime.CompilerServices;
using static Minirun.Linux.sys_mman;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>
/// What the .NET runtime asks for or does while it starts, and need not: the linker puts these functions in front of libc's, and of the
/// runtime's own (<c>--wrap</c> in Cli.csproj). The runtime reads ten files to find limits of memory and processors, one of which makes the
/// kernel sum up the counters of a whole control group; our heap has a limit of its own. It marks each piece of the heap for core dumps,
/// which splits mappings. And it makes a second thread, for finalizers, of which `run` has none (docs/decisions/0009). The invariant of
/// <see cref="Boot"/> holds here, too, and stackalloc is not allowed either: the value that guards such a frame is set by the runtime's
/// start, while another thread may be here.
/// </summary>
public static unsafe class RuntimeStart
{
    private const int MADV_DONTDUMP = 16;
    private const int MADV_DODUMP = 17;
    private const int MADV_POPULATE_WRITE = 23;
    private const int Piece = 1 << 16;
    private const int UsedPieces = 4;
    private const int LibraryHeap = 0x21000, UsedOfHeap = 0xa000;   // as malloc(3) begins
    private const int M_ARENA_MAX = -8;
    private const int RLIMIT_STACK = 3;
    private const int RLIMIT_AS = 9;
    private const int _SC_NPROCESSORS_ONLN = 84;
    private const int _SC_PHYS_PAGES = 85;
    private const ulong AT_EXECFN = 31;
    private const int PageSize = 4096;
    private const ulong UsualStack = 8 << 20;
    private const int MaskSize = 128;   // of 1,024 processors

    private static nint s_kept;
    private static int s_leftOut;

    /// <summary>From before the runtime's first question until our first managed code: only meanwhile answers are ours.</summary>
    private static bool s_isStarting;
    private static nint s_firstThread;
    private static nint s_pages;
    private static int s_pieces;

    /// <summary>The processors that we may run on, and how many bytes the kernel has for them; 0: more than fit.</summary>
    private static Mask s_processors;
    private static nint s_processorBytes;

    /// <summary>The finalizers' thread that is still to be made, and the event that it will wait for.</summary>
    private static nint s_finalizer;
    private static nint s_finalizerEvent;

    internal static void Prepare()
    {
        s_firstThread = Self();
        fixed (Mask* mask = &s_processors) s_processorBytes = Sys.Call(SYS_sched_getaffinity, 0, MaskSize, (nint)mask);
        s_isStarting = true;
        // A second thread gets no heap of its own, for which malloc(3) maps and trims 128 MB of addresses.
        MallocOption(M_ARENA_MAX, 1);
        nint heap = (Sys.Call(SYS_brk, 0) - LibraryHeap) & ~(nint)(PageSize - 1);
        RealAdvise((void*)heap, UsedOfHeap, MADV_POPULATE_WRITE);
        // The compiler must not leave out what only the linker knows of.
        s_kept = (nint)(delegate*<byte*, byte*, nint>)&OpenFile ^ (nint)(delegate*<void*, nuint, int, int>)&Advise
            ^ (nint)(delegate*<nint, void*, int>)&ThreadAttributes ^ (nint)(delegate*<int, Limit*, int>)&GetLimit
            ^ (nint)(delegate*<int, nint>)&Configured ^ (nint)(delegate*<int>)&MostProcessors
            ^ (nint)(delegate*<int, nuint, byte*, int>)&Affinity ^ (nint)(delegate*<void>)&Nothing
            ^ (nint)(delegate*<void*, nuint, int, int>)&Protect ^ (nint)(delegate*<nint>)&Origin
            ^ (nint)(delegate*<nint, nint, byte>)&StartFinalizer ^ (nint)(delegate*<nint, int>)&SetEvent;
    }

    /// <summary>The runtime is there.</summary>
    public static void IsOver() => s_isStarting = false;

    /// <summary>fopen64(3), which only the runtime calls: for mountinfo, cgroup and meminfo. It does without each of them.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint OpenFile(byte* path, byte* mode)
    {
        *Sys.ErrnoLocation() = Linux.Errno.ENOENT;
        return 0;
    }

    /// <summary>
    /// The runtime's look for control groups, and for nodes of memory: what it would find are limits of files that we do not open, and
    /// one collector with one heap has no use for nodes.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Nothing() => s_leftOut++;   // of empty methods the compiler makes one, with another's name

    /// <summary>
    /// The directory of the program, which libc reads from /proc before main, for libraries that a static program may load: not known.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint Origin() => -1;

    /// <summary>madvise(2), but for what a core dump leaves out.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Advise(void* start, nuint length, int advice) =>
        advice is MADV_DONTDUMP or MADV_DODUMP ? 0 : RealAdvise(start, length, advice);

    /// <summary>
    /// mprotect(2). The collector takes room for objects in pieces, and our start soon fills the first: all of a piece's pages at once, and
    /// not a fault for each.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Protect(void* start, nuint length, int protection)
    {
        int result = RealProtect(start, length, protection);
        if (length == Piece && s_pieces < UsedPieces && protection == (PROT_READ | PROT_WRITE))
        {
            s_pieces++;
            RealAdvise(start, length, MADV_POPULATE_WRITE);
        }
        return result;
    }

    /// <summary>getrlimit(2): the limit of addresses is asked for three times, and <see cref="AddressSpace"/> has it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int GetLimit(int resource, Limit* limit)
    {
        if (!s_isStarting || resource != RLIMIT_AS || AddressSpace.Limit == 0) return RealGetLimit(resource, limit);
        limit->Soft = AddressSpace.Limit;
        limit->Hard = AddressSpace.HardLimit;
        return 0;
    }

    /// <summary>sysconf(3): memory does not change meanwhile, and processors that we may not run on are nothing to us.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static nint Configured(int name)
    {
        if (!s_isStarting) return RealConfigured(name);
        if (name == _SC_PHYS_PAGES) return s_pages != 0 ? s_pages : s_pages = RealConfigured(name);
        if (name != _SC_NPROCESSORS_ONLN || s_processorBytes <= 0) return RealConfigured(name);
        int count = 0;
        for (int i = 0; i < MaskSize / sizeof(ulong); i++)
            for (ulong word = s_processors.Words[i]; word != 0; word &= word - 1) count++;
        return count;
    }

    /// <summary>
    /// How many processors there could ever be, for the size of sets: the kernel says how long its own are, and does not make us read
    /// sysfs.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int MostProcessors() => s_processorBytes > 0 ? (int)s_processorBytes * 8 : RealMostProcessors();

    /// <summary>sched_getaffinity(2), of ourselves.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int Affinity(int pid, nuint size, byte* mask)
    {
        if (!s_isStarting || s_processorBytes <= 0 || size < (nuint)s_processorBytes) return RealAffinity(pid, size, mask);
        fixed (Mask* known = &s_processors)
            for (nuint i = 0; i < size; i++) mask[i] = i < MaskSize ? ((byte*)known)[i] : (byte)0;
        return 0;
    }

    /// <summary>
    /// pthread_getattr_np(3), which the runtime calls for the bounds of a stack. libc finds those of the first thread in /proc/self/maps;
    /// but they are known: the kernel writes the name of the program at the very top (execve(2), AT_EXECFN).
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int ThreadAttributes(nint thread, void* attributes)
    {
        if (thread != s_firstThread) return RealThreadAttributes(thread, attributes);
        byte* name = (byte*)Sys.AuxiliaryValue(AT_EXECFN);
        Limit limit;
        if (name == null || Sys.Call(SYS_prlimit64, 0, RLIMIT_STACK, 0, (nint)(&limit)) != 0)
            return RealThreadAttributes(thread, attributes);
        const ulong page = PageSize;
        ulong top = ((ulong)name + (ulong)Text.Length(name) + 1 + (ulong)sizeof(void*) + page - 1) & ~(page - 1);
        ulong size = limit.Soft is >= page * 16 and <= 1ul << 32 ? limit.Soft & ~(page - 1) : UsualStack;
        return SetStack(attributes, (void*)(top - size), (nuint)size);
    }

    /// <summary>
    /// The thread for finalizers waits for an event until a collection has found some, or somebody waits for them: it is made then. A
    /// process with one thread starts, clones and ends faster, and most of ours never collect.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static byte StartFinalizer(nint function, nint itsEvent)
    {
        s_finalizerEvent = itsEvent;
        s_finalizer = function;
        return 1;
    }

    /// <summary>Where no thread can be made now, the next time may be luckier; the event stays set.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int SetEvent(nint handle)
    {
        if (handle == s_finalizerEvent && s_finalizer != 0)
        {
            nint function = Interlocked.Exchange(ref s_finalizer, 0);
            if (function != 0 && RealStartFinalizer(function, handle) == 0) s_finalizer = function;
        }
        return RealSetEvent(handle);
    }

    /// <summary>struct rlimit.</summary>
    public struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }

    /// <summary>cpu_set_t.</summary>
    private struct Mask
    {
        public fixed ulong Words[MaskSize / sizeof(ulong)];
    }

    [RuntimeImport("*", "pthread_self"), MethodImpl(MethodImplOptions.InternalCall)]
    private static extern nint Self();

    [RuntimeImport("*", "__real_madvise"), MethodImpl(MethodImplOptions.InternalCall)]
    private static extern int RealAdvise(void* start, nuint length, int advice);

    [RuntimeImport("*", "__real_mprotect"), MethodImpl(MethodImplOptions.InternalCall)]
    private static extern int RealProtect(void* start, nuint length, int protection);

    [RuntimeImport("*", "__real_getrlimit64"), MethodImpl(MethodImplOptions.InternalCall)]
    private static extern int RealGetLimit(int resource, Limit* limit);

    [RuntimeImport("*", "__real_sysconf"), MethodImpl(MethodImplOptions.InternalCall)]
    private static extern nint RealConfigured(int name);

    [RuntimeImport("*", "__real_minipal_get_cpu_max_possible_count"), MethodImpl(MethodImplOptions.InternalCall)]
    private static extern int RealMostProcessors();

    [RuntimeImport("*", "__real_sched_getaffinity"), MethodImpl(MethodImplOptions.InternalCall)]
    private static extern int RealAffinity(int pid, nuint size, byte* mask);

    [RuntimeImport("*", "__real_pthread_getattr_np"), MethodImpl(MethodImplOptions.InternalCall)]
    private static extern int RealThreadAttributes(nint thread, void* attributes);

    [RuntimeImport("*", "__real__Z23PalStartFinalizerThreadPFjPvES_"), MethodImpl(MethodImplOptions.InternalCall)]
    private static extern byte RealStartFinalizer(nint function, nint itsEvent);

    [RuntimeImport("*", "__real__Z11PalSetEventPv"), MethodImpl(MethodImplOptions.InternalCall)]
    private static extern int RealSetEvent(nint handle);

    [RuntimeImport("*", "pthread_attr_setstack"), MethodImpl(MethodImplOptions.InternalCall)]
    private static extern int SetStack(void* attributes, void* lowest, nuint size);

    [RuntimeImport("*", "mallopt"), MethodImpl(MethodImplOptions.InternalCall)]
    private static extern int MallocOption(int option, int value);
}
