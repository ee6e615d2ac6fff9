using System.Runtime.InteropServices;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_stat;

namespace Minirun.Linux.Calls;

/// <summary>
/// Reads files that ought to be regular and small, whatever somebody has put in their place: a fifo or device does not hold us up
/// (O_NONBLOCK), a symbolic link leads nowhere (O_NOFOLLOW), and one that never ends does not fill the memory.
/// </summary>
public static unsafe class RegularFile
{
    /// <summary>The most that any of our files may have. The largest are configurations, of some hundred KiB.</summary>
    public const int MostBytes = 16 << 20;

    /// <summary>All of it; null when there is none.</summary>
    /// <param name="path">Where.</param>
    /// <param name="follow">A symbolic link is followed, since it is not our own file: a bundle's config.json, /etc/resolv.conf.</param>
    /// <exception cref="LinuxException">It cannot be read, is no regular file, or is too large (EFBIG).</exception>
    public static byte[]? Read(string path, bool follow = false)
    {
        int fd = Open(path, follow);
        if (fd < 0) return null;
        try
        {
            return Read(fd, path);
        }
        finally
        {
            unistd.close(fd);
        }
    }

    /// <summary>For reading a piece at a time; below 0 when there is none.</summary>
    /// <exception cref="LinuxException">It cannot be opened, or is no regular file.</exception>
    public static int Open(string path, bool follow = false)
    {
        int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW));
        if (fd < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            return errno is Errno.ENOENT or Errno.ENOTDIR ? fd : throw new LinuxException("open", errno, path + Explain(errno));
        }
        statx status;
        int failed = statx_(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &status) < 0 ? Marshal.GetLastPInvokeError() : 0;
        string? kind = failed == 0 ? Kind(status.stx_mode) : null;
        if (failed == 0 && kind is null) return fd;
        unistd.close(fd);
        throw kind is null
            ? new LinuxException("statx", failed, path)
            : new LinuxException("open", kind == "directory" ? Errno.EISDIR : Errno.EINVAL, $"{path} is a {kind}, not a regular file");
    }

    /// <summary>The same as text in UTF-8.</summary>
    /// <exception cref="LinuxException">It cannot be read, is no regular file, or is too large (EFBIG).</exception>
    public static string? ReadText(string path, bool follow = false) => Read(path, follow) is { } bytes ? KernelText.Decode(bytes) : null;

    /// <summary>One that may be a pipe or a device as well, and that is waited for: it is not ours.</summary>
    /// <param name="path">Where.</param>
    /// <param name="most">The most bytes that it may have.</param>
    /// <param name="wait">Waits until a descriptor can be read; below 0: until it may be tried again.</param>
    /// <exception cref="LinuxException">It cannot be read, or is too large (EFBIG).</exception>
    public static byte[]? ReadGiven(string path, int most, Action<int> wait)
    {
        int fd;
        while ((fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)) < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.ENOENT) return null;
            // Somebody has a lease on it, and is asked by this to give it up (fcntl(2)).
            if (errno != Errno.EAGAIN) throw new LinuxException("open", errno, path);
            wait(-1);
        }
        try
        {
            return Read(fd, path, most, wait);
        }
        finally
        {
            unistd.close(fd);
        }
    }

    private static byte[] Read(int fd, string path, int most = MostBytes, Action<int>? wait = null)
    {
        statx status;
        LinuxException.Check(statx_(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &status), "statx", path);
        if (status.stx_size > (ulong)most) throw new LinuxException("read", Errno.EFBIG, path);
        bool isRegular = (status.stx_mode & S_IFMT) == S_IFREG;
        // One byte more than there is, which shows the end. Files of /proc have no size.
        byte[] bytes = new byte[!isRegular || status.stx_size == 0 ? 4096 : (int)status.stx_size + 1];
        int length = 0;
        while (true)
        {
            if (!isRegular) wait?.Invoke(fd);
            nint count;
            fixed (byte* start = bytes) count = unistd.read(fd, start + length, bytes.Length - length);
            int errno = count < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (errno == Errno.EINTR || (errno == Errno.EAGAIN && wait is not null)) continue;
            if (count < 0) throw new LinuxException("read", errno, path);
            if (count == 0) return bytes[..length];
            length += (int)count;
            if (length > most) throw new LinuxException("read", Errno.EFBIG, path);
            if (length == bytes.Length) Array.Resize(ref bytes, length * 2);
        }
    }

    private static string? Kind(int mode) => (mode & S_IFMT) switch
    {
        S_IFREG => null,
        S_IFDIR => "directory",
        S_IFIFO => "fifo",
        S_IFCHR or S_IFBLK => "device",
        _ => "special file",
    };

    private static string Explain(int errno) => errno switch
    {
        Errno.ELOOP => " is a symbolic link, not a regular file",
        Errno.ENXIO => " is a socket, not a regular file",
        _ => "",
    };
}
