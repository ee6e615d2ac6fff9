namespace Minirun.Linux;

/// <summary>sys/sysmacros.h: device numbers as mknod(2) takes them.</summary>
public static class sys_sysmacros
{
    public static nint makedev(uint major, uint minor) =>
        (nint)((minor & 0xffUL) | (major & 0xfffUL) << 8 | (minor & ~0xffUL) << 12 | (major & ~0xfffUL) << 32);
}
