using Tmds.Linux;

namespace Minirun.Linux;

/// <summary>Constants of &lt;sys/mman.h&gt; and memfd_create(2).</summary>
public static unsafe class sys_mman
{
    public const int PROT_READ = 1;
    public const int PROT_WRITE = 2;
    public const int MADV_RANDOM = 1;
    public const int MADV_DONTNEED = 4;
    public const int MADV_NOHUGEPAGE = 15;
    public const int MAP_SHARED = 1;
    public const int MAP_PRIVATE = 2;
    public const int MAP_POPULATE = 0x8000;
    public const int MAP_ANONYMOUS = 0x20;
    public const uint MFD_CLOEXEC = 1;
    public const uint MFD_ALLOW_SEALING = 2;

    public static int memfd_create(string name, uint flags)
    {
        using var nameText = new NativeText(name, stackalloc byte[NativeText.BufferSize]);
        return LibC.memfd_create(nameText.Bytes, flags);
    }

    public static nint mmap(void* address, nint length, int protection, int flags, int fd, long offset) =>
        (nint)LibC.mmap(address, (size_t)(ulong)length, protection, flags, fd, offset);

    public static int munmap(void* address, nint length) => LibC.munmap(address, (size_t)(ulong)length);
    public static int madvise(void* address, nint length, int advice) => LibC.madvise(address, (size_t)(ulong)length, advice);
}
