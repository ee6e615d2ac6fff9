using System.Runtime.InteropServices;

namespace Minirun.Linux;

/// <summary>&lt;sys/random.h&gt;: getrandom(2).</summary>
public static unsafe partial class sys_random
{
    [LibraryImport("libc", SetLastError = true)] public static partial nint getrandom(void* buffer, nint length, uint flags);
}
