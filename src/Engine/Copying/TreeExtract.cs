using System.Formats.Tar;
using System.Text;
using Minirun.Linux;
using Minirun.Runtime;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_stat;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Engine.Copying;

/// <summary>
/// Unpacks a tar archive below a directory of a container. Neither is trusted: every name is looked up inside the container's root, whatever links
/// lead to, and only the directory that was found is written to.
/// </summary>
/// <param name="tree">The container's files.</param>
/// <param name="directory">Where to, as the container calls it; it is there.</param>
/// <param name="rules">Whose the files are; owners in the archive are as the container sees them.</param>
public sealed unsafe class TreeExtract(FileTree tree, string directory, CopyRules rules)
{
    private readonly Finishing _finishing = new(rules);
    private const nint New = 0x1C0 /* 0700 */, Made = 0x1ED /* 0755 */;

    /// <summary>Directories, with what they get at the end: writing into them changes their time, and their mode may forbid it.</summary>
    private readonly List<(string Name, TarEntry Entry)> _directories = [];

    /// <exception cref="UserError">It is no archive, or has something in it that cannot be.</exception>
    public void Run(Stream archive)
    {
        try
        {
            using var tar = new TarReader(archive, leaveOpen: true);
            while (tar.GetNextEntry() is { } entry)
                if (Clean(entry.Name) is { Length: > 0 } name) Take(name, entry);
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException or FormatException or NotSupportedException or ArgumentException)
        {
            throw new UserError($"cp: standard input is no tar archive, or a broken one: {error.Message}", "such as tar -c DIRECTORY | minirun cp - CONTAINER:/PATH");
        }
        for (int i = _directories.Count - 1; i >= 0; i--)
        {
            int made = Find(_directories[i].Name);
            _finishing.Finish(made, Wanted(_directories[i].Entry));
            unistd.close(made);
        }
    }

    private void Take(string name, TarEntry entry)
    {
        int cut = name.LastIndexOf('/');
        int parent = Directory(cut < 0 ? "" : name[..cut]);
        byte[] last = Encoding.UTF8.GetBytes(name[(cut + 1)..] + '\0');
        try
        {
            switch (entry.EntryType)
            {
                case TarEntryType.Directory or TarEntryType.DirectoryList:
                    Entry.Call(SYS_mkdirat, parent, last, New, 0, Errno.EEXIST);
                    _directories.Add((name, entry));
                    return;
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                    Unlink(parent, last);
                    int file = Entry.Open(parent, last, O_WRONLY | O_CREAT | O_EXCL, (uint)New);
                    if (entry.DataStream is { } data) Write(data, file, name);
                    _finishing.Finish(file, Wanted(entry));
                    unistd.close(file);
                    return;
                case TarEntryType.SymbolicLink:
                    Unlink(parent, last);
                    fixed (byte* text = Encoding.UTF8.GetBytes(entry.LinkName + '\0'))
                    fixed (byte* at = last)
                        LinuxException.Check(syscall(SYS_symlinkat, (nint)text, parent, (nint)at), "symlinkat", name);
                    _finishing.Finish(parent, last, Wanted(entry));
                    return;
                case TarEntryType.HardLink:
                    Unlink(parent, last);
                    Link(Clean(entry.LinkName), parent, last, name);
                    return;
                case TarEntryType.Fifo or TarEntryType.CharacterDevice or TarEntryType.BlockDevice:
                    Unlink(parent, last);
                    Special((PosixTarEntry)entry, parent, last);
                    return;
                default:
                    return;   // words about the archive
            }
        }
        finally
        {
            unistd.close(parent);
        }
    }

    /// <summary>Below the directory: no way up is left. Null for the directory itself.</summary>
    private static string Clean(string name)
    {
        string[] parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (Array.IndexOf(parts, "..") >= 0 || name.Contains('\0')) throw new UserError($"cp: the archive has '{name}' in it, which leads out of the directory", "pack it from another directory");
        return string.Join('/', parts.Where(part => part != "."));
    }

    /// <summary>A directory below ours, made with those above it when it is missing.</summary>
    private int Directory(string name)
    {
        int found = tree.Open($"{directory}/{name}", follow: true);
        if (found < 0)
        {
            int cut = name.LastIndexOf('/'), parent = Directory(cut < 0 ? "" : name[..cut]);
            Entry.Call(SYS_mkdirat, parent, Encoding.UTF8.GetBytes(name[(cut + 1)..] + '\0'), Made, 0, Errno.EEXIST);
            unistd.close(parent);
            return Find(name);
        }
        bool good = (Entry.Status(found).stx_mode & S_IFMT) == S_IFDIR;
        int open = good ? Entry.Reopen(found, O_RDONLY | O_DIRECTORY) : -1;
        unistd.close(found);
        return good ? open : throw new UserError($"cp: {name} is no directory in the container, but is one in the archive", null);
    }

    /// <summary>What is there now, when it is a directory.</summary>
    private int Find(string name)
    {
        int found = tree.Open($"{directory}/{name}", follow: true);
        if (found < 0) throw new UserError($"cp: {name} is gone again", "is something in the container removing it?");
        int open = Entry.Reopen(found, O_RDONLY | O_DIRECTORY);
        unistd.close(found);
        return open;
    }

    private void Link(string to, int parent, byte[] last, string name)
    {
        int target = tree.Open($"{directory}/{to}", follow: false);
        if (target < 0) throw new UserError($"cp: {name} is a link to {to}, which is not there", "the archive is not whole");
        byte[] link = Encoding.ASCII.GetBytes(Entry.Link(target) + "\0");
        const int follow = 0x400;   // AT_SYMLINK_FOLLOW: of the descriptor's link in /proc, to its file
        fixed (byte* from = link)
        fixed (byte* at = last)
            LinuxException.Check(syscall(SYS_linkat, AT_FDCWD, (nint)from, parent, (nint)at, follow), "linkat", name);
        unistd.close(target);
    }

    private void Special(PosixTarEntry entry, int parent, byte[] last)
    {
        uint type = (uint)(entry.EntryType switch { TarEntryType.Fifo => S_IFIFO, TarEntryType.CharacterDevice => S_IFCHR, _ => S_IFBLK });
        nint device = entry.EntryType == TarEntryType.Fifo ? 0 : sys_sysmacros.makedev((uint)entry.DeviceMajor, (uint)entry.DeviceMinor);
        Entry.Call(SYS_mknodat, parent, last, (nint)(type | (uint)entry.Mode), device, 0);
        _finishing.Finish(parent, last, Wanted(entry));
    }

    private static void Write(Stream data, int file, string name)
    {
        Span<byte> buffer = stackalloc byte[16384];
        while (data.Read(buffer) is > 0 and var length)
            fixed (byte* start = buffer)
                for (nint done = 0; done < length;) done += LinuxException.Check(unistd.write(file, start + done, length - done), "write", name);
    }

    private static statx Wanted(TarEntry entry)
    {
        var time = new statx_timestamp { tv_sec = entry.ModificationTime.ToUnixTimeSeconds(), tv_nsec = (uint)(entry.ModificationTime.UtcTicks % TimeSpan.TicksPerSecond * 100) };
        uint type = (uint)(entry.EntryType == TarEntryType.SymbolicLink ? S_IFLNK : S_IFREG);
        return new statx { stx_mode = (ushort)(type | (uint)entry.Mode), stx_uid = (uint)entry.Uid, stx_gid = (uint)entry.Gid, stx_atime = time, stx_mtime = time };
    }

    private static void Unlink(int parent, byte[] name) => Entry.Call(SYS_unlinkat, parent, name, 0, 0, Errno.ENOENT);
}
