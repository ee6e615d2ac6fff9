using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_stat;

namespace Minirun.Linux.Calls;

/// <summary>
/// Reads files that ought to be regular and small, whatever somebody has put in their place: a fifo or device does not hold us up
/// (O_NONBLOCK), a symbolic link leads nowhere (O_NOFOLLOW), and one that never ends does not fill the memory.
/// </summary>
public static class RegularFile
{
    /// <summary>The most that any of our files may have. The largest are configurations, of some hundred KiB.</summary>
    public const int MostBytes = 16 << 20;

    /// <summary>All of it; null when there is none.</summary>
    /// <param name="path">Where.</param>
    /// <param name="follow">A symbolic link is followed, since it is not our own file: a bundle's config.json, /etc/resolv.conf.</param>
    /// <exception cref="LinuxException">It cannot be read, is no regular file, or is too large (EFBIG).</exception>
    public static byte[]? Read(string path, bool follow = false)
    {
        using Fd fd = Open(path, follow);
        return fd.IsOpen ? Read(fd, path) : null;
    }

    /// <summary>For reading a piece at a time; not open when there is none.</summary>
    /// <exception cref="LinuxException">It cannot be opened, or is no regular file.</exception>
    public static Fd Open(string path, bool follow = false)
    {
        Fd fd = Fd.TryOpen(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | (follow ? 0 : O_NOFOLLOW));
        if (!fd.IsOpen)
        {
            int errno = Io.Error;
            return errno is Errno.ENOENT or Errno.ENOTDIR ? fd : throw new LinuxException("open", errno, path + Explain(errno));
        }
        int failed = FileStatus.TryRead(fd, out statx status) ? 0 : Io.Error;
        string? kind = failed == 0 ? Kind(status.stx_mode) : null;
        if (failed == 0 && kind is null) return fd;
        fd.Dispose();
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
        Fd given;
        while (!(given = Fd.TryOpen(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)).IsOpen)
        {
            int errno = Io.Error;
            if (errno == Errno.ENOENT) return null;
            // Somebody has a lease on it, and is asked by this to give it up (fcntl(2)).
            if (errno != Errno.EAGAIN) throw new LinuxException("open", errno, path);
            wait(-1);
        }
        using Fd fd = given;
        return Read(fd, path, most, wait);
    }

    private static byte[] Read(int fd, string path, int most = MostBytes, Action<int>? wait = null)
    {
        LinuxException.Check(FileStatus.TryRead(fd, out statx status) ? 0 : -1, "statx", path);
        if (status.stx_size > (ulong)most) throw new LinuxException("read", Errno.EFBIG, path);
        bool isRegular = (status.stx_mode & S_IFMT) == S_IFREG;
        // One byte more than there is, which shows the end. Files of /proc have no size.
        byte[] bytes = new byte[!isRegular || status.stx_size == 0 ? 4096 : (int)status.stx_size + 1];
        int length = 0;
        while (true)
        {
            if (!isRegular) wait?.Invoke(fd);
            int count = Io.Read(fd, bytes.AsSpan(length));
            if (count < 0 && Io.IsEmpty && wait is not null) continue;
            LinuxException.Check(count, "read", path);
            if (count == 0) return bytes[..length];
            length += count;
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
