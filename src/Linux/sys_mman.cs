using System.Runtime.InteropServices;

namespace Minirun.Linux;

/// <summary>Constants of &lt;sys/mman.h&gt; and memfd_create(2).</summary>
public static unsafe partial class sys_mman
{
    public const int PROT_READ = 1;
    public const int PROT_WRITE = 2;
    public const int MADV_RANDOM = 1;
    public const int MADV_DONTNEED = 4;
    public const int MADV_NOHUGEPAGE = 15;
    public const int MAP_SHARED = 1;
    public const int MAP_PRIVATE = 2;
    public const int MAP_ANONYMOUS = 0x20;
    public const uint MFD_CLOEXEC = 1;
    public const uint MFD_ALLOW_SEALING = 2;

    [LibraryImport("libc",
        StringMarshalling = StringMarshalling.Custom, StringMarshallingCustomType = typeof(TextBytes), SetLastError = true)]
    public static partial int memfd_create(string name, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint mmap(void* address, nint length, int protection, int flags, int fd, long offset);
    [LibraryImport("libc", SetLastError = true)] public static partial int munmap(void* address, nint length);
    [LibraryImport("libc", SetLastError = true)] public static partial int madvise(void* address, nint length, int advice);
}
