using System.Runtime.InteropServices;

namespace Minirun.Linux;

/// <summary>&lt;sys/file.h&gt;: flock(2).</summary>
public static partial class sys_file
{
    public const int LOCK_SH = 1;
    public const int LOCK_EX = 2;
    public const int LOCK_NB = 4;
    public const int LOCK_UN = 8;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int flock(int fd, int operation);
}
