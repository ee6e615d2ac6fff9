using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Minirun.Linux;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>
/// The first code of the program. The linker puts <see cref="NativeMain"/> in front of the C main that starts the .NET
/// runtime, and <see cref="EarlyStart"/> in front of libc's start, so that fork-news never pays for either (docs/decisions/0003).
/// Invariant of everything in src/Init: no allocation, no strings but u8 literals, no statics with constructors,
/// no exceptions, no bounds-checked arrays: nothing that would need the runtime.
/// </summary>
public static unsafe class Boot
{
    private static int s_argc;
    private static byte** s_argv;
    private static int s_isOci;

    /// <summary>Whether this file's code ran before the runtime did.</summary>
    public static bool RanFirst => s_argv != null;

    /// <summary>Whether the program was called minirun-oci; known only when <see cref="RanFirst"/>.</summary>
    public static bool IsOci => s_isOci != 0;

    /// <summary>
    /// The last <paramref name="count"/> arguments as the bytes they are; empty when they are not known. .NET's strings lose what is not
    /// UTF-8.
    /// </summary>
    public static byte[][] LastArguments(int count)
    {
        if (count > s_argc) return [];
        byte[][] arguments = new byte[count][];
        for (int i = 0; i < count; i++)
            arguments[i] = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(s_argv[s_argc - count + i]).ToArray();
        return arguments;
    }

    /// <summary>The slow way to fork-news, from the runtime: the program was linked without the wrapper.</summary>
    /// <param name="arguments">One or two, behind the name.</param>
    public static int ForkNews(string[] arguments)
    {
        byte** argv = stackalloc byte*[4] { (byte*)Marshal.StringToCoTaskMemUTF8("fork-news"), null, null, null };
        for (int i = 0; i < arguments.Length; i++) argv[i + 1] = (byte*)Marshal.StringToCoTaskMemUTF8(arguments[i]);
        return NativeMain(arguments.Length + 1, argv);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static int NativeMain(int argc, byte** argv)
    {
        bool isPrivileged = Sys.AuxiliaryValue(EarlyStart.AT_SECURE) != 0;
        EarlyStart.RefuseIf(isPrivileged);
        if (EarlyStart.IsForkNews(argc, argv)) EarlyStart.BecomeForkNews(argc, argv, isPrivileged);
        OpenStandardDescriptors();
        Signals.IgnoreFileSize();
        if (AddressSpace.IsTooSmall())
            EarlyStart.Refuse(
                "minirun: cannot start: the limit of address space is below the 96 MiB that the .NET runtime needs\n"u8
                    + "hint: raise it: `ulimit -v 98304`, or unlimited\n"u8);
        s_argc = argc;
        s_argv = argv;
        if (argc > 0 && Text.Equal(Text.FileName(argv[0]), "minirun-oci"u8))
        {
            s_isOci = 1;
            // The verb may stand behind global flags.
            for (int i = 1; i < argc; i++)
                if (!RelayedSignals.AreBlocked && (Text.Equal(argv[i], "run"u8) || Text.Equal(argv[i], "exec"u8))) RelayedSignals.Block();
        }
        else if (argc > 0 && Text.Equal(argv[0], "minirun-monitor"u8)) RelayedSignals.Block();
        else
        {
            // `container attach` is attach.
            int verb = argc > 2 && Text.Equal(argv[1], "container"u8) ? 2 : 1;
            if (argc > verb && (Text.Equal(argv[verb], "run"u8) || Text.Equal(argv[verb], "exec"u8)
                || Text.Equal(argv[verb], "attach"u8) || Text.Equal(argv[verb], "start"u8)))
                RelayedSignals.Block();
            // A plugin takes its socket away before it ends.
            else if (argc > verb && Text.Equal(argv[verb], "volume-plugin"u8)) RelayedSignals.Block();
        }
        EarlyStart.Keep();
        RuntimeStart.Prepare();
        int status = Sys.RealMain(argc, argv);
        // Nothing of ours ends with that.
        if (status == -1)
            EarlyStart.Refuse(
                "minirun: cannot start: the .NET runtime gets no memory or no thread\n"u8
                    + "hint: see `ulimit -u` and `ulimit -v`, and pids.max and memory.max of the cgroup that you are in\n"u8);
        return status;
    }

    /// <summary>
    /// A caller may have closed 0, 1 or 2. The first thing that we, or the .NET runtime, open would take the number, and be written to by
    /// mistake or go into the container as its stdin. fork-news needs no look: it is executed by a minirun that had one.
    /// </summary>
    private static void OpenStandardDescriptors()
    {
        for (int fd = 0; fd < 3; fd++)
        {
            if (Sys.Call(SYS_fcntl, fd, Linux.fcntl.F_GETFD) >= 0) continue;
            // The lowest number that is free is this one (open(2)).
            int access = fd == 0 ? Linux.fcntl.O_RDONLY : Linux.fcntl.O_WRONLY;
            if (Sys.Call(SYS_openat, Linux.fcntl.AT_FDCWD, (nint)Text.Pointer("/dev/null"u8), access) != fd) EarlyStart.Refuse(NoNull);
        }
    }

    private static ReadOnlySpan<byte> NoNull =>
        "minirun: cannot start: stdin, stdout or stderr is closed, and /dev/null cannot be opened in its place\n"u8
        + "hint: start it with all three open, or give this tree a /dev/null\n"u8;
}
