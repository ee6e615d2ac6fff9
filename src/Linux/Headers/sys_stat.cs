using System.Runtime.InteropServices;
using Tmds.Linux;

namespace Minirun.Linux;

/// <summary>Constants of &lt;sys/stat.h&gt; and statx(2), whose structure is the same on every architecture.</summary>
public static unsafe class sys_stat
{
    public const int S_IFMT = 0xF000;
    public const int S_IFSOCK = 0xC000;
    public const int S_IFLNK = 0xA000;
    public const int S_IFREG = 0x8000;
    public const int S_IFBLK = 0x6000;
    public const int S_IFDIR = 0x4000;
    public const int S_IFCHR = 0x2000;
    public const int S_IFIFO = 0x1000;
    public const int S_ISUID = 0x800;
    public const int S_ISGID = 0x400;
    public const int S_IWOTH = 0x2;
    public const uint STATX_TYPE = 0x1;
    public const uint STATX_INO = 0x100;
    public const uint STATX_BASIC_STATS = 0x7ff;
    public const uint STATX_BTIME = 0x800;
    public const uint STATX_MNT_ID = 0x1000;
    public const uint STATX_MNT_ID_UNIQUE = 0x4000;
    public const uint STATX_ATTR_MOUNT_ROOT = 0x2000;

    public static int mkdir(string path, uint mode)
    {
        using var pathText = new NativeText(path, stackalloc byte[NativeText.BufferSize]);
        return LibC.mkdir(pathText.Bytes, (ushort)mode);
    }

    public static int mkfifo(string path, uint mode)
    {
        using var pathText = new NativeText(path, stackalloc byte[NativeText.BufferSize]);
        return LibC.mkfifo(pathText.Bytes, (ushort)mode);
    }

    public static int chmod(string path, uint mode)
    {
        using var pathText = new NativeText(path, stackalloc byte[NativeText.BufferSize]);
        return LibC.chmod(pathText.Bytes, (ushort)mode);
    }

    public static int statx_(int dirfd, string path, int flags, uint mask, statx* buffer)
    {
        using var pathText = new NativeText(path, stackalloc byte[NativeText.BufferSize]);
        return LibC.statx(dirfd, pathText.Bytes, flags, mask, (Tmds.Linux.statx*)buffer);
    }
}

/// <summary>struct statx of &lt;linux/stat.h&gt;, up to the members that are used here, padded to its 256 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
public struct statx
{
    [FieldOffset(0)] public uint stx_mask;
    [FieldOffset(8)] public ulong stx_attributes;
    [FieldOffset(16)] public uint stx_nlink;
    [FieldOffset(20)] public uint stx_uid;
    [FieldOffset(24)] public uint stx_gid;
    [FieldOffset(28)] public ushort stx_mode;
    [FieldOffset(32)] public ulong stx_ino;
    [FieldOffset(40)] public ulong stx_size;
    [FieldOffset(48)] public ulong stx_blocks;
    [FieldOffset(64)] public statx_timestamp stx_atime;
    [FieldOffset(80)] public statx_timestamp stx_btime;
    [FieldOffset(96)] public statx_timestamp stx_ctime;
    [FieldOffset(112)] public statx_timestamp stx_mtime;
    [FieldOffset(128)] public uint stx_rdev_major;
    [FieldOffset(132)] public uint stx_rdev_minor;
    [FieldOffset(136)] public uint stx_dev_major;
    [FieldOffset(140)] public uint stx_dev_minor;
    [FieldOffset(144)] public ulong stx_mnt_id;
}
