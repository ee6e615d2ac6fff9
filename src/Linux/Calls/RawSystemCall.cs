using System.Runtime;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Minirun.Linux;

/// <summary>
/// The addresses of libc's syscall and of this thread's errno, for code that runs between clone and execve: it may call through a managed
/// function pointer, which has no transition and no GC poll, and nothing else (docs/decisions/0003).
/// </summary>
public static unsafe class RawSystemCall
{
    [RuntimeImport("*", "syscall"), MethodImpl(MethodImplOptions.InternalCall)]
    internal static extern nint Call(nint number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0, nint f = 0);

    [RuntimeImport("*", "__errno_location"), MethodImpl(MethodImplOptions.InternalCall)]
    private static extern int* ErrnoLocation();

    public static nint Address => RuntimeFeature.IsDynamicCodeSupported ? Export("syscall") : Imported();

    /// <summary>Where errno of the calling thread is. A child cloned without CLONE_VM finds its own at the same address.</summary>
    public static int* Errno => RuntimeFeature.IsDynamicCodeSupported
        ? ((delegate* unmanaged<int*>)Export("__errno_location"))()
        : ImportedErrno();

    // Apart and never inlined: under the JIT, which does not know RuntimeImport, they must not be compiled.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nint Imported() => (nint)(delegate*<nint, nint, nint, nint, nint, nint, nint, nint>)&Call;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int* ImportedErrno() => ErrnoLocation();

    private static nint Export(string name) => NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), name);
}
