using static Minirun.Linux.sys_syscall;

namespace Minirun.Linux.Calls;

/// <summary>mount(2) and umount2(2) by path, of directories that are ours alone. Each gives 0, or errno.</summary>
public static unsafe class Mounting
{
    public static int Mount(string source, string place, string? type, long flags, string? data = null)
    {
        fixed (byte* from = KernelText.EncodeName(source), to = KernelText.EncodeName(place), kind = Name(type), options = Name(data))
            return syscall(SYS_mount, (nint)from, (nint)to, (nint)kind, (nint)flags, (nint)options) < 0 ? Io.Error : 0;
    }

    /// <summary>EINVAL: nothing is mounted there.</summary>
    /// <param name="place">Where.</param>
    /// <param name="flags">Such as MNT_DETACH.</param>
    public static int Unmount(string place, int flags)
    {
        fixed (byte* path = KernelText.EncodeName(place)) return syscall(SYS_umount2, (nint)path, flags) < 0 ? Io.Error : 0;
    }

    private static byte[]? Name(string? text) => text is null ? null : KernelText.EncodeName(text);
}
