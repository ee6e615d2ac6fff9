using System.Runtime;
using System.Runtime.CompilerServices;

namespace Minirun.Init;

/// <summary>
/// The C functions that fork-news calls. They are bound by the linker and called directly, because the .NET runtime,
/// which P/Invoke needs, has not been started (docs/decisions/0003).
/// </summary>
internal static unsafe class Sys
{
    [RuntimeImport("*", "syscall"), MethodImpl(MethodImplOptions.InternalCall)]
    public static extern nint Call(nint number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0);

    /// <summary>clone(2), which runs <paramref name="function"/> on a stack of its own.</summary>
    [RuntimeImport("*", "clone"), MethodImpl(MethodImplOptions.InternalCall)]
    public static extern int Clone(nint function, nint stackTop, int flags, void* argument);

    [RuntimeImport("*", "__errno_location"), MethodImpl(MethodImplOptions.InternalCall)]
    public static extern int* ErrnoLocation();

    [RuntimeImport("*", "getauxval"), MethodImpl(MethodImplOptions.InternalCall)]
    public static extern ulong AuxiliaryValue(ulong type);

    [RuntimeImport("*", "__real___libc_start_main"), MethodImpl(MethodImplOptions.InternalCall)]
    public static extern int RealStart(nint main, int argc, byte** argv, nint init, nint fini, nint dynamic, nint stackEnd);

    [RuntimeImport("*", "__real_main"), MethodImpl(MethodImplOptions.InternalCall)]
    public static extern int RealMain(int argc, byte** argv);
}
