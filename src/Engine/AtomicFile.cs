using Minirun.Linux;
using Minirun.Linux.Calls;
using static Minirun.Linux.fcntl;

namespace Minirun.Engine;

/// <summary>Files that are replaced in one step: who reads sees the old or the new, and a full disk leaves the old.</summary>
public static class AtomicFile
{
    /// <exception cref="LinuxException">It cannot be written; the old one is still there.</exception>
    public static void Write(string path, ReadOnlySpan<byte> bytes, uint mode = 0x180 /* 0600 */)
    {
        string temporary = $"{path}.{unistd.getpid()}.tmp";
        using Fd fd = Fd.Open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_NOFOLLOW, mode);
        try
        {
            Io.WriteAll(fd, bytes, path);
            Place(temporary, path);
        }
        catch
        {
            unistd.unlink(temporary);
            throw;
        }
    }

    /// <summary>
    /// Whatever is there makes way. A directory is not of our making, and what is in it may be somebody's: it is moved aside.
    /// </summary>
    private static void Place(string temporary, string path)
    {
        if (unistd.rename(temporary, path) == 0) return;
        int errno = Io.Error;
        bool makesWay = errno == Errno.EISDIR && (unistd.rmdir(path) == 0 || unistd.rename(path, $"{path}.{unistd.getpid()}.aside") == 0);
        if (!makesWay) throw new LinuxException("rename", errno, path);
        LinuxException.Check(unistd.rename(temporary, path), "rename", path);
    }

    /// <summary>
    /// As <see cref="Write"/>; when the disk is full, in the place of the old one, which takes no room while it needs no more blocks. For
    /// small JSON documents: what is too long of the old one becomes blanks.
    /// </summary>
    /// <exception cref="LinuxException">There is no old one either, or it is smaller.</exception>
    public static void WriteOver(string path, byte[] bytes)
    {
        try
        {
            Write(path, bytes);
        }
        catch (LinuxException error) when (error.Number is Errno.ENOSPC or Errno.EDQUOT or Errno.EFBIG)
        {
            if (!Overwrite(path, bytes)) throw;
        }
    }

    private static bool Overwrite(string path, byte[] bytes)
    {
        const ulong sector = 512;   // the unit of stx_blocks
        using Fd fd = Fd.TryOpen(path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW);
        if (!fd.IsOpen || !FileStatus.TryRead(fd, out statx old)) return false;
        if ((ulong)bytes.Length > Math.Max(old.stx_size, old.stx_blocks * sector)) return false;
        byte[] whole = new byte[Math.Max(bytes.Length, (int)old.stx_size)];
        whole.AsSpan().Fill((byte)' ');
        bytes.CopyTo(whole, 0);
        // In one call: who reads meanwhile sees one of the two.
        return Io.Write(fd, whole, offset: 0) == whole.Length;
    }

    /// <summary>Null when there is none.</summary>
    /// <exception cref="LinuxException">It cannot be read, or somebody has put something else in its place: a fifo, a link, a
    /// directory.</exception>
    public static byte[]? Read(string path) => RegularFile.Read(path);
}
