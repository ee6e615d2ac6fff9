using Minirun.Linux;
using Minirun.Linux.Calls;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_stat;

namespace Minirun.Engine.Copying;

/// <summary>How much is in files below a directory, on its own file system: what is mounted in it belongs to something else.</summary>
public sealed class TreeSize : TreeWalk
{
    private readonly HashSet<(uint, uint, ulong)> _seen = [];
    private long _total;

    private TreeSize()
    {
    }

    /// <summary>Bytes; a file of several names counts once. What we may not read does not count.</summary>
    public static long Of(string directory)
    {
        using Fd fd = Fd.TryOpen(directory, O_RDONLY | O_DIRECTORY);
        if (!fd.IsOpen) return 0;
        var size = new TreeSize();
        try
        {
            size.Run(fd);
        }
        catch (LinuxException)
        {
            // A directory was moved away meanwhile. What was seen until then is as good a number as any.
        }
        return size._total;
    }

    protected override Fd Take(int directory, byte[] name)
    {
        using Fd entry = Entry.TryOpen(directory, name, O_PATH, resolve: RESOLVE_NO_XDEV);
        if (!entry.IsOpen) return Fd.None;
        statx status = Entry.Status(entry);
        if (Entry.IsDirectory(status)) return Fd.TryOpen(Entry.Link(entry), O_RDONLY | O_DIRECTORY);
        if (status.stx_nlink < 2 || _seen.Add(Entry.Identity(status)))
            if ((status.stx_mode & S_IFMT) is S_IFREG or S_IFLNK) _total += (long)status.stx_size;
        return Fd.None;
    }

    protected override List<byte[]> List(int directory)
    {
        try
        {
            return base.List(directory);
        }
        catch (LinuxException)
        {
            return [];   // removed since we went in
        }
    }
}
