using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_stat;

namespace Minirun.Engine.Copying;

/// <summary>
/// Copies files with all that belongs to them, from open directory to open directory. Every step is one component from a descriptor, and
/// what is looked at is what is read: a container that swaps names meanwhile gets a wrong copy of its own files, never somebody else's.
/// </summary>
/// <param name="rules">Whose the copies are, and which devices there are.</param>
public sealed class TreeCopy(CopyRules rules) : IDisposable
{
    private const uint New = 0x1C0 /* 0700 */;
    /// <summary>Files that are open at a time because they have further names; beyond, a second name becomes a second file.</summary>
    private static readonly int s_mostLinks = (int)Math.Clamp((long)sys_resource.OpenFiles - (2 * DirectoryChain.MostOpen) - 64, 0, 400);
    private readonly byte[] _buffer = new byte[1 << 17];
    private readonly Finishing _finishing = new(rules);

    /// <summary>Files with several names: what they became, and how many names are still to come.</summary>
    private readonly Dictionary<(uint, uint, ulong), (Fd File, uint Left)> _links = [];
    private readonly HashSet<(uint, uint, ulong)> _targets = [];

    /// <summary>
    /// The file of an O_PATH descriptor, as <paramref name="name"/> in a directory. A directory goes into one that is there.
    /// </summary>
    /// <exception cref="LinuxException">It cannot be read or made.</exception>
    public void Copy(int source, int directory, byte[] name)
    {
        statx status = Entry.Status(source);
        if (!Entry.IsDirectory(status))
        {
            CopyFile(source, status, directory, name);
            return;
        }
        using Fd to = MakeDirectory(status, directory, name, out bool made);
        Contents(source, to);
        if (made) Finish(source, to, status);
    }

    /// <summary>All that is in a directory, into another.</summary>
    public void Contents(int source, int directory)
    {
        _targets.Add(Entry.Identity(Entry.Status(directory)));
        using Fd from = Entry.Reopen(source, O_RDONLY | O_DIRECTORY);
        using var target = new DirectoryChain(directory);
        new Walk(this, target).Run(from);
    }

    /// <summary>
    /// What a regular file has in it, into the regular file of an O_PATH descriptor, as cp(1) does where a link leads to one.
    /// </summary>
    public void Overwrite(int source, int there)
    {
        statx status = Entry.Status(source);
        using Fd read = Entry.Reopen(source, O_RDONLY), write = Entry.Reopen(there, O_WRONLY | O_TRUNC);
        Bytes(read, write, []);
        Finish(read, write, status);
    }

    /// <summary>What belongs to the file of a descriptor, to that of another.</summary>
    public void Finish(int source, int fd, statx status) => _finishing.Finish(fd, status, () => Attributes.Copy(source, fd));

    /// <summary>Closes what had further names that never came.</summary>
    public void Dispose()
    {
        foreach (var (file, _) in _links.Values) file.Dispose();
        _links.Clear();
    }

    private Fd MakeDirectory(in statx status, int directory, byte[] name, out bool made)
    {
        if (_targets.Contains(Entry.Identity(status)))
            throw new UserError("cannot copy a directory into itself", "name a target outside of it");
        made = NewEntry.MakeDirectory(directory, name, New);
        using Fd to = Entry.Open(directory, name, O_RDONLY | O_DIRECTORY);
        if (!made && KernelFiles.Have(to))
            throw new UserError($"cp: {Entry.Text(name)} in the target is the kernel's: it takes no files",
                "name a target outside of /proc and /sys");
        _targets.Add(Entry.Identity(Entry.Status(to)));
        return new Fd(to.Release());
    }

    private void CopyFile(int source, in statx status, int directory, byte[] name)
    {
        int type = status.stx_mode & S_IFMT;
        if (type == S_IFSOCK) return;   // as tar and docker
        if (type != S_IFLNK && IsLeftOut(source)) return;
        if (!Obstacle.Clear(directory, name, status))
        {
            _finishing.Finish(directory, name, status);
            return;
        }
        if (type == S_IFLNK)
        {
            NewEntry.MakeSymbolicLink(Entry.Target(source), directory, name, Entry.Text(name));
            _finishing.Finish(directory, name, status);
            return;
        }
        if (status.stx_nlink > 1 && Linked(status, directory, name)) return;
        if (type == S_IFREG) CopyRegular(source, status, directory, name);
        else if (MakeSpecial(directory, name, status)) _finishing.Finish(directory, name, status);
    }

    private bool IsLeftOut(int source) => !rules.KernelFilesToo && KernelFiles.Have(source);

    private void CopyRegular(int source, in statx status, int directory, byte[] name)
    {
        using Fd read = Entry.Reopen(source, O_RDONLY, name), write = Entry.Open(directory, name, O_WRONLY | O_CREAT | O_EXCL, New);
        Bytes(read, write, name);
        Finish(read, write, status);
        if (status.stx_nlink > 1 && _links.Count < s_mostLinks && !_links.ContainsKey(Entry.Identity(status)))
            _links.Add(Entry.Identity(status), (new Fd(write.Release()), status.stx_nlink - 1));
    }

    /// <summary>A fifo or device; false when it is left out.</summary>
    private bool MakeSpecial(int directory, byte[] name, in statx status)
    {
        bool device = (status.stx_mode & S_IFMT) != S_IFIFO;
        if (device && rules.Device is { } wanted && !wanted(status)) return false;
        try
        {
            NewEntry.MakeNode(directory, name, status.stx_mode, sys_sysmacros.makedev(status.stx_rdev_major, status.stx_rdev_minor));
            return true;
        }
        catch (LinuxException) when (device && rules.DeviceMayFail)
        {
            return false;
        }
    }

    /// <summary>Holes stay holes, as with cp(1): a file of a tebibyte may have nothing in it.</summary>
    private void Bytes(int read, int write, byte[] name)
    {
        long size = Io.Seek(read, 0, unistd.SEEK_END), data = Io.Seek(read, 0, unistd.SEEK_DATA);
        // One that is all hole has no data (ENXIO). The kernel's files have no size, and nothing of that kind.
        bool hasPlaces = size > 0 && (data >= 0 || Io.Error == Errno.ENXIO);
        if (!hasPlaces)
        {
            Io.Seek(read, 0, unistd.SEEK_SET);
            Bytes(read, write, long.MaxValue, name);
        }
        for (long at = data; hasPlaces && at >= 0; at = Io.Seek(read, at, unistd.SEEK_DATA))
        {
            long end = Seek(read, at, unistd.SEEK_HOLE, name);
            Seek(read, at, unistd.SEEK_SET, name);
            Seek(write, at, unistd.SEEK_SET, name);
            Bytes(read, write, end - at, name);
            at = end;
        }
        if (hasPlaces) LinuxException.Check(unistd.ftruncate(write, Io.Seek(read, 0, unistd.SEEK_END)), "ftruncate", Entry.Text(name));
    }

    private static long Seek(int fd, long at, int from, byte[] name) =>
        LinuxException.Check((nint)Io.Seek(fd, at, from), "lseek", Entry.Text(name));

    private void Bytes(int read, int write, long most, byte[] name)
    {
        while (most > 0)
        {
            Span<byte> room = _buffer.AsSpan(0, (int)Math.Min(most, _buffer.Length));
            int length = Io.Read(read, room);
            if (length == 0) return;
            LinuxException.Check(length, "read", Entry.Text(name));
            Io.WriteAll(write, room[..length], Entry.Text(name));
            most -= length;
        }
    }

    private bool Linked(statx status, int directory, byte[] name)
    {
        if (!_links.Remove(Entry.Identity(status), out var file)) return false;
        bool linked = NewEntry.MakeLink(file.File, directory, name) == 0;
        if (linked && file.Left > 1) _links[Entry.Identity(status)] = (file.File, file.Left - 1);
        else file.File.Dispose();
        return linked;
    }

    /// <summary>Goes down the source and, beside it, down the target.</summary>
    private sealed class Walk(TreeCopy copy, DirectoryChain target) : TreeWalk
    {
        private readonly Stack<(statx Status, bool IsMade)> _levels = new();

        protected override Fd Take(int directory, byte[] name)
        {
            using Fd entry = Entry.TryOpen(directory, name, O_PATH);
            if (!entry.IsOpen) return Io.Error == Errno.ENOENT ? Fd.None : Entry.Open(directory, name, O_PATH);
            statx status = Entry.Status(entry);
            if (!Entry.IsDirectory(status))
            {
                copy.CopyFile(entry, status, target.Current, name);
                return Fd.None;
            }
            using Fd to = copy.MakeDirectory(status, target.Current, name, out bool made);
            if (copy.IsLeftOut(entry)) return Fd.None;
            target.Enter(new Fd(to.Release()));
            _levels.Push((status, made));
            return Entry.Reopen(entry, O_RDONLY | O_DIRECTORY);
        }

        protected override void Leave(int inside, int above, byte[] name)
        {
            var (status, made) = _levels.Pop();
            if (made) copy.Finish(inside, target.Current, status);
            target.Leave();
        }
    }
}
