using Minirun.Linux;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_stat;

namespace Minirun.Engine.Copying;

/// <summary>How much is in files below a directory. A component at a time: who swaps names meanwhile changes the number, and nothing else.</summary>
public sealed class TreeSize
{
    /// <summary>Directories in directories; deeper is nobody's but who wants to see us fall.</summary>
    internal const int MostDeep = 256;

    private readonly HashSet<(uint, uint, ulong)> _seen = [];

    /// <summary>Bytes; a file of several names counts once. What we may not read does not count.</summary>
    public static long Of(string directory)
    {
        int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0) return 0;
        try
        {
            return new TreeSize().Below(fd);
        }
        finally
        {
            unistd.close(fd);
        }
    }

    private long Below(int directory, int depth = 0)
    {
        long total = 0;
        if (depth == MostDeep) return 0;
        foreach (byte[] name in Entry.Names(directory))
        {
            int entry = -1, inside = -1;
            try
            {
                entry = Entry.Open(directory, name, O_PATH);
                statx status = Entry.Status(entry);
                if (status.stx_nlink < 2 || (status.stx_mode & S_IFMT) == S_IFDIR || _seen.Add((status.stx_dev_major, status.stx_dev_minor, status.stx_ino)))
                    if ((status.stx_mode & S_IFMT) is S_IFREG or S_IFLNK) total += (long)status.stx_size;
                if ((status.stx_mode & S_IFMT) != S_IFDIR) continue;
                inside = Entry.Reopen(entry, O_RDONLY | O_DIRECTORY);
                total += Below(inside, depth + 1);
            }
            catch (LinuxException)
            {
                // Gone since we looked, or not for us.
            }
            finally
            {
                if (inside >= 0) unistd.close(inside);
                if (entry >= 0) unistd.close(entry);
            }
        }
        return total;
    }
}
