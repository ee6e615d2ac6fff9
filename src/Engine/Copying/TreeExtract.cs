using Minirun.Tar;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_stat;
using statx_timestamp = Tmds.Linux.statx_timestamp;

namespace Minirun.Engine.Copying;

/// <summary>
/// Unpacks a tar archive below a directory of a container. Neither is trusted: every name is looked up inside the container's root,
/// whatever links lead to, and only the directory that was found is written to.
/// </summary>
/// <param name="tree">The container's files.</param>
/// <param name="directory">Where to, as the container calls it; it is there.</param>
/// <param name="rules">Whose the files are; owners in the archive are as the container sees them.</param>
public sealed class TreeExtract(FileTree tree, string directory, CopyRules rules)
{
    private const uint New = 0x1C0 /* 0700 */, Made = 0x1ED /* 0755 */;
    private readonly Finishing _finishing = new(rules);
    private readonly byte[] _buffer = new byte[1 << 16];

    /// <summary>Directories, with what they get at the end: writing into them changes their time, and their mode may forbid it.</summary>
    private readonly List<(string Name, TarEntry Entry)> _directories = [];

    /// <exception cref="UserError">It is no archive, or has something in it that cannot be.</exception>
    public void Run(Stream archive)
    {
        try
        {
            using var buffered = new BufferedStream(archive, 1 << 16);
            var tar = new TarReader(buffered);
            while (tar.Next() is { } entry)
                if (Clean(entry.Name) is { Length: > 0 } name) Take(name, entry, tar);
        }
        catch (TarException error)
        {
            throw new UserError($"cp: standard input is not a tar archive, or a broken one: {error.Message}",
                "such as tar -c DIRECTORY | minirun cp - CONTAINER:/PATH");
        }
        for (int i = _directories.Count - 1; i >= 0; i--)
        {
            using Fd made = Find(_directories[i].Name);
            _finishing.Finish(made, Wanted(_directories[i].Entry));
        }
    }

    private void Take(string name, TarEntry entry, TarReader tar)
    {
        int cut = name.LastIndexOf('/');
        using Fd parent = Directory(cut < 0 ? "" : name[..cut]);
        byte[] last = KernelText.EncodeName(name.AsSpan(cut + 1));
        switch (entry.Type)
        {
            case TarEntry.Directory:
                NewEntry.MakeDirectory(parent, last, New);
                _directories.Add((name, entry));
                return;
            case TarEntry.File or TarEntry.Contiguous:
                Obstacle.Clear(parent, last, Wanted(entry));
                Write(entry, tar, parent, last);
                return;
            case TarEntry.SymbolicLink:
                Obstacle.Clear(parent, last, Wanted(entry));
                NewEntry.MakeSymbolicLink(KernelText.EncodeName(entry.LinkName), parent, last, name);
                _finishing.Finish(parent, last, Wanted(entry));
                return;
            case TarEntry.HardLink:
                Obstacle.Clear(parent, last, Wanted(entry));
                Link(Clean(entry.LinkName), parent, last, name);
                return;
            case TarEntry.Fifo or TarEntry.CharacterDevice or TarEntry.BlockDevice:
                statx wanted = Wanted(entry);
                if (Obstacle.Clear(parent, last, wanted))
                    NewEntry.MakeNode(parent, last, wanted.stx_mode, sys_sysmacros.makedev(entry.Major, entry.Minor));
                _finishing.Finish(parent, last, wanted);
                return;
            default:
                return;   // words about the archive
        }
    }

    /// <summary>Below the directory: no way up is left. Empty for the directory itself.</summary>
    private static string Clean(string name)
    {
        string[] parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (Array.IndexOf(parts, "..") >= 0 || name.Contains('\0'))
            throw new UserError($"cp: the archive has '{name}' in it, which leads out of the directory", "pack it from another directory");
        return string.Join('/', parts.Where(part => part != "."));
    }

    /// <summary>A directory below ours, made with those above it when it is missing.</summary>
    private Fd Directory(string name)
    {
        using Fd found = tree.Open($"{directory}/{name}", follow: true);
        for (int cut = 0; !found.IsOpen && cut <= name.Length; cut++)
        {
            cut = name.IndexOf('/', cut) is >= 0 and var slash ? slash : name.Length;
            using Fd there = tree.Open($"{directory}/{name[..cut]}", follow: true);
            if (!there.IsOpen) Make(name[..cut]);
        }
        if (!found.IsOpen) return Find(name);
        return Entry.IsDirectory(Entry.Status(found))
            ? Entry.Reopen(found, O_RDONLY | O_DIRECTORY)
            : throw new UserError($"cp: {name} is not a directory in the container, but is one in the archive",
                "remove it there first, or unpack into another directory");
    }

    private void Make(string name)
    {
        int cut = name.LastIndexOf('/');
        using Fd parent = Find(cut < 0 ? "" : name[..cut]);
        NewEntry.MakeDirectory(parent, KernelText.EncodeName(name.AsSpan(cut + 1)), Made);
    }

    /// <summary>What is there now, when it is a directory.</summary>
    private Fd Find(string name)
    {
        using Fd found = tree.Open($"{directory}/{name}", follow: true);
        if (!found.IsOpen) throw new UserError($"cp: {name} is gone again", "is something in the container removing it?");
        return Entry.Reopen(found, O_RDONLY | O_DIRECTORY);
    }

    private void Link(string to, int parent, byte[] last, string name)
    {
        using Fd target = tree.Open($"{directory}/{to}", follow: false);
        if (!target.IsOpen) throw new UserError($"cp: {name} is a link to {to}, which is not there", "the archive is not whole");
        if (NewEntry.MakeLink(target, parent, last) is not 0 and var errno) throw new LinuxException("linkat", errno, name);
    }

    private void Write(TarEntry entry, TarReader tar, int parent, byte[] last)
    {
        using Fd file = Entry.Open(parent, last, O_WRONLY | O_CREAT | O_EXCL, New);
        while (tar.Read(_buffer) is > 0 and var length) Io.WriteAll(file, _buffer.AsSpan(0, length), entry.Name);
        _finishing.Finish(file, Wanted(entry));
    }

    private static statx Wanted(TarEntry entry)
    {
        var time = new statx_timestamp { tv_sec = entry.Seconds, tv_nsec = entry.Nanoseconds };
        int type = entry.Type switch
        {
            TarEntry.SymbolicLink => S_IFLNK,
            TarEntry.Fifo => S_IFIFO,
            TarEntry.CharacterDevice => S_IFCHR,
            TarEntry.BlockDevice => S_IFBLK,
            _ => S_IFREG,
        };
        return new statx
        {
            stx_mode = (ushort)(type | entry.Mode),
            stx_uid = entry.Uid,
            stx_gid = entry.Gid,
            stx_rdev_major = entry.Major,
            stx_rdev_minor = entry.Minor,
            stx_atime = time,
            stx_mtime = time,
        };
    }
}
