using System.Runtime.InteropServices;
using Minirun.Tar;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_stat;

namespace Minirun.Engine.Copying;

/// <summary>Writes files as a tar archive (pax), from open directory to open directory, as <see cref="TreeCopy"/> does.</summary>
/// <param name="ids">How the container sees owners.</param>
/// <param name="output">Stays open.</param>
public sealed unsafe class TreeArchive(IdView ids, Stream output) : TreeWalk
{
    private const int LongestPath = 4096;   // PATH_MAX: no program could unpack more

    private readonly TarWriter _tar = new(output);
    private readonly byte[] _buffer = new byte[1 << 17];

    /// <summary>The directories that we are in, as the archive calls them.</summary>
    private readonly Stack<string> _names = new();

    /// <summary>Files with several names: the one that is in the archive.</summary>
    private readonly Dictionary<(uint, uint, ulong), string> _links = [];

    /// <summary>
    /// The file of an O_PATH descriptor, as <paramref name="name"/>, and what is below it. Then the archive is at its end.
    /// </summary>
    /// <exception cref="LinuxException">It cannot be read.</exception>
    public void Add(int source, string name)
    {
        int inside = AddOne(source, name);
        if (inside >= 0)
            try
            {
                Run(inside);
            }
            finally
            {
                unistd.close(inside);
            }
        _tar.End();
    }

    protected override int Take(int directory, byte[] name)
    {
        int entry = Entry.TryOpen(directory, name, O_PATH);
        // gone since we looked
        if (entry < 0) return Marshal.GetLastPInvokeError() == Errno.ENOENT ? -1 : Entry.Open(directory, name, O_PATH);
        try
        {
            return AddOne(entry, $"{_names.Peek()}/{Entry.Text(name)}");
        }
        finally
        {
            unistd.close(entry);
        }
    }

    protected override void Leave(int inside, int above, byte[] name) => _names.Pop();

    /// <summary>A directory's descriptor, to go on with; else below 0.</summary>
    private int AddOne(int source, string name)
    {
        if (name.Length > LongestPath)
            throw new UserError($"directories are nested deeper than {LongestPath} bytes of path: no program could unpack that",
                "pack a part of them");
        statx status = Entry.Status(source);
        switch (status.stx_mode & S_IFMT)
        {
            case S_IFSOCK:
                return -1;   // as tar
            case S_IFDIR:
                Write(TarEntry.Directory, name + "/", status);
                if (KernelFiles.Have(source)) return -1;
                int inside = Entry.Reopen(source, O_RDONLY | O_DIRECTORY);
                _names.Push(name);
                return inside;
            case S_IFLNK:
                Write(TarEntry.SymbolicLink, name, status, Entry.Text(Entry.Target(source)));
                return -1;
        }
        // Not the container's, but bound by it: there are such files without an end.
        if (KernelFiles.Have(source)) return -1;
        if (status.stx_nlink > 1 && !_links.TryAdd(Entry.Identity(status), name))
        {
            Write(TarEntry.HardLink, name, status, _links[Entry.Identity(status)]);
            return -1;
        }
        if ((status.stx_mode & S_IFMT) == S_IFREG) AddRegular(source, name, status);
        else
            Write(
                (status.stx_mode & S_IFMT) switch { S_IFIFO => TarEntry.Fifo, S_IFCHR => TarEntry.CharacterDevice,
                    _ => TarEntry.BlockDevice },
                name, status);
        return -1;
    }

    /// <summary>Of the size that it had: a file that is written to meanwhile is cut, or filled up with zeros.</summary>
    private void AddRegular(int source, string name, in statx status)
    {
        int read = Entry.Reopen(source, O_RDONLY);
        try
        {
            Write(TarEntry.File, name, status, size: (long)status.stx_size);
            long left = (long)status.stx_size;
            fixed (byte* start = _buffer)
                while (left > 0
                    && LinuxException.Check(unistd.read(read, start, (nint)Math.Min(left, _buffer.Length)), "read", name) is > 0
                        and var count)
                {
                    _tar.Write(_buffer.AsSpan(0, (int)count));
                    left -= count;
                }
        }
        finally
        {
            unistd.close(read);
        }
    }

    private void Write(char type, string name, in statx status, string link = "", long size = 0)
    {
        var (uid, gid) = ids.Inside(status.stx_uid, status.stx_gid);
        bool device = type is TarEntry.CharacterDevice or TarEntry.BlockDevice;
        _tar.Write(new TarEntry
        {
            Type = type,
            Name = name,
            LinkName = link,
            Mode = status.stx_mode & 0xFFF,
            Uid = uid,
            Gid = gid,
            Size = size,
            Seconds = status.stx_mtime.tv_sec,
            Nanoseconds = status.stx_mtime.tv_nsec,
            Major = device ? status.stx_rdev_major : 0,
            Minor = device ? status.stx_rdev_minor : 0,
        });
    }
}
