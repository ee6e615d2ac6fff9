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
public sealed class TreeArchive(IdView ids, Stream output) : TreeWalk
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
        using Fd inside = AddOne(source, name);
        if (inside.IsOpen) Run(inside);
        _tar.End();
    }

    protected override Fd Take(int directory, byte[] name)
    {
        using Fd entry = Entry.TryOpen(directory, name, O_PATH);
        // gone since we looked
        if (!entry.IsOpen) return Io.Error == Errno.ENOENT ? Fd.None : Entry.Open(directory, name, O_PATH);
        return AddOne(entry, $"{_names.Peek()}/{Entry.Text(name)}");
    }

    protected override void Leave(int inside, int above, byte[] name) => _names.Pop();

    /// <summary>A directory, to go on with; else none that is open.</summary>
    private Fd AddOne(int source, string name)
    {
        if (name.Length > LongestPath)
            throw new UserError($"directories are nested deeper than {LongestPath} bytes of path: no program could unpack that",
                "pack a part of them");
        statx status = Entry.Status(source);
        switch (status.stx_mode & S_IFMT)
        {
            case S_IFSOCK:
                return Fd.None;   // as tar
            case S_IFDIR:
                Write(TarEntry.Directory, name + "/", status);
                if (KernelFiles.Have(source)) return Fd.None;
                Fd inside = Entry.Reopen(source, O_RDONLY | O_DIRECTORY);
                _names.Push(name);
                return inside;
            case S_IFLNK:
                Write(TarEntry.SymbolicLink, name, status, Entry.Text(Entry.Target(source)));
                return Fd.None;
        }
        // Not the container's, but bound by it: there are such files without an end.
        if (KernelFiles.Have(source)) return Fd.None;
        if (status.stx_nlink > 1 && !_links.TryAdd(Entry.Identity(status), name))
        {
            Write(TarEntry.HardLink, name, status, _links[Entry.Identity(status)]);
            return Fd.None;
        }
        if ((status.stx_mode & S_IFMT) == S_IFREG) AddRegular(source, name, status);
        else
            Write(
                (status.stx_mode & S_IFMT) switch { S_IFIFO => TarEntry.Fifo, S_IFCHR => TarEntry.CharacterDevice,
                    _ => TarEntry.BlockDevice },
                name, status);
        return Fd.None;
    }

    /// <summary>Of the size that it had: a file that is written to meanwhile is cut, or filled up with zeros.</summary>
    private void AddRegular(int source, string name, in statx status)
    {
        using Fd read = Entry.Reopen(source, O_RDONLY);
        Write(TarEntry.File, name, status, size: (long)status.stx_size);
        long left = (long)status.stx_size;
        while (left > 0)
        {
            Span<byte> room = _buffer.AsSpan(0, (int)Math.Min(left, _buffer.Length));
            int count = (int)LinuxException.Check(Io.Read(read, room), "read", name);
            if (count == 0) break;
            _tar.Write(room[..count]);
            left -= count;
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
