using System.Runtime.InteropServices;
using Tmds.Linux;

namespace Minirun.Linux;

/// <summary>
/// Constants of &lt;fcntl.h&gt; and &lt;linux/openat2.h&gt;: open(2), openat2(2), fcntl(2). What differs between processors is of
/// Tmds.LibC.
/// </summary>
public static unsafe partial class fcntl
{
    public const int AT_FDCWD = -100;
    public const int AT_SYMLINK_NOFOLLOW = 0x100;
    public const int AT_EACCESS = 0x200;
    public const int AT_SYMLINK_FOLLOW = 0x400;
    public const int AT_EMPTY_PATH = 0x1000;
    public const int AT_STATX_FORCE_SYNC = 0x2000;
    public const int AT_RECURSIVE = 0x8000;

    public const int O_RDONLY = 0;
    public const int O_WRONLY = 1;
    public const int O_RDWR = 2;
    public const int O_CREAT = 0x40;
    public const int O_EXCL = 0x80;
    public const int O_NOCTTY = 0x100;
    public const int O_TRUNC = 0x200;
    public const int O_APPEND = 0x400;
    public const int O_NONBLOCK = 0x800;
    public static int O_DIRECTORY => LibC.O_DIRECTORY;
    public static int O_NOFOLLOW => LibC.O_NOFOLLOW;
    public const int O_CLOEXEC = 0x80000;
    public const int O_PATH = 0x200000;

    public const int F_GETFD = 1;
    public const int F_SETFD = 2;
    public const int F_GETFL = 3;
    public const int F_SETFL = 4;
    public const int F_SETPIPE_SZ = 1031;
    public const int F_DUPFD_CLOEXEC = 1030;
    public const int F_OFD_GETLK = 36;
    public const int F_OFD_SETLK = 37;
    public const short F_RDLCK = 0;
    public const short F_WRLCK = 1;
    public const short F_UNLCK = 2;
    public const int F_ADD_SEALS = 1033;
    public const int FD_CLOEXEC = 1;
    public const int F_SEAL_SEAL = 1;
    public const int F_SEAL_SHRINK = 2;
    public const int F_SEAL_GROW = 4;
    public const int F_SEAL_WRITE = 8;

    public const int RESOLVE_NO_XDEV = 0x01;
    public const int RESOLVE_NO_MAGICLINKS = 0x02;
    public const int RESOLVE_NO_SYMLINKS = 0x04;
    public const int RESOLVE_BENEATH = 0x08;
    public const int RESOLVE_IN_ROOT = 0x10;

    public static int open(string path, int flags, uint mode = 0)
    {
        using var pathText = new NativeText(path, stackalloc byte[NativeText.BufferSize]);
        return LibC.open(pathText.Bytes, flags, (ushort)mode);
    }

    /// <summary>
    /// A copy whose number is at least that. One above the limit of open files is EINVAL to the kernel; it is EMFILE to us, which says what
    /// to do.
    /// </summary>
    /// <exception cref="LinuxException">There is no room.</exception>
    public static int DuplicateAbove(int least, int fd)
    {
        int copy = fcntl_(fd, F_DUPFD_CLOEXEC, least), errno = Marshal.GetLastPInvokeError();
        return copy >= 0 ? copy : throw new LinuxException("fcntl(F_DUPFD_CLOEXEC)", errno == Errno.EINVAL ? Errno.EMFILE : errno);
    }

    public static int fcntl_(int fd, int command, nint argument = 0) => LibC.fcntl(fd, command, (void*)argument);

    public static int faccessat(int dirfd, string path, int mode, int flags)
    {
        using var pathText = new NativeText(path, stackalloc byte[NativeText.BufferSize]);
        return LibC.faccessat(dirfd, pathText.Bytes, mode, flags);
    }
}


/// <summary>struct flock of &lt;fcntl.h&gt;.</summary>
public struct flock
{
    public short l_type;
    public short l_whence;
    public long l_start;
    public long l_len;
    public int l_pid;
}
