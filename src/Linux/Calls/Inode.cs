using static Minirun.Linux.sys_syscall;

namespace Minirun.Linux.Calls;

/// <summary>Owner, mode and times of a file, by descriptor or as an entry of an open directory. Each gives 0, or errno.</summary>
public static unsafe class Inode
{
    private static readonly byte[] s_itself = [0];

    /// <summary>The owner of an open file.</summary>
    public static int SetOwner(int fd, uint uid, uint gid) => SetOwner(fd, s_itself, uid, gid, fcntl.AT_EMPTY_PATH);

    /// <summary>The owner of an entry; of a link, its own.</summary>
    public static int SetOwner(int directory, byte[] name, uint uid, uint gid) =>
        SetOwner(directory, name, uid, gid, fcntl.AT_SYMLINK_NOFOLLOW);

    /// <summary>The mode of an open file.</summary>
    public static int SetMode(int fd, uint mode) => syscall(SYS_fchmod, fd, (nint)mode) < 0 ? Io.Error : 0;

    /// <summary>When an open file was read and written last, as another was.</summary>
    public static int SetTimes(int fd, in statx wanted) => SetTimes(fd, null, wanted, 0);

    /// <summary>The same of an entry; of a link, its own.</summary>
    public static int SetTimes(int directory, byte[] name, in statx wanted)
    {
        fixed (byte* at = name) return SetTimes(directory, at, wanted, fcntl.AT_SYMLINK_NOFOLLOW);
    }

    private static int SetOwner(int directory, byte[] name, uint uid, uint gid, nint flags)
    {
        fixed (byte* at = name) return syscall(SYS_fchownat, directory, (nint)at, (nint)uid, (nint)gid, flags) < 0 ? Io.Error : 0;
    }

    private static int SetTimes(int directory, byte* name, in statx wanted, nint flags)
    {
        timespec* times = stackalloc timespec[2];
        times[0] = new timespec { tv_sec = wanted.stx_atime.tv_sec, tv_nsec = wanted.stx_atime.tv_nsec };
        times[1] = new timespec { tv_sec = wanted.stx_mtime.tv_sec, tv_nsec = wanted.stx_mtime.tv_nsec };
        return syscall(SYS_utimensat, directory, (nint)name, (nint)times, flags) < 0 ? Io.Error : 0;
    }
}
