using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_stat;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Engine.Copying;

/// <summary>
/// Copies files with all that belongs to them, from open directory to open directory. Every step is one component from a descriptor, and
/// what is looked at is what is read: a container that swaps names meanwhile gets a wrong copy of its own files, never somebody else's.
/// </summary>
/// <param name="rules">Whose the copies are, and which devices there are.</param>
public sealed unsafe class TreeCopy(CopyRules rules)
{
    private const uint New = 0x1C0 /* 0700 */;
    /// <summary>Files that are open at a time because they have further names; beyond, a second name becomes a second file.</summary>
    private static readonly int s_mostLinks = (int)Math.Clamp((long)sys_resource.OpenFiles - (2 * DirectoryChain.MostOpen) - 64, 0, 400);
    private const nint SeekEnd = 2, SeekData = 3, SeekHole = 4;
    private readonly byte[] _buffer = new byte[1 << 17];
    private readonly Finishing _finishing = new(rules);

    /// <summary>Files with several names: what they became, and how many names are still to come.</summary>
    private readonly Dictionary<(uint, uint, ulong), (int Descriptor, uint Left)> _links = [];
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
        int to = MakeDirectory(status, directory, name, out bool made);
        try
        {
            Contents(source, to);
            if (made) Finish(source, to, status);
        }
        finally
        {
            unistd.close(to);
        }
    }

    /// <summary>All that is in a directory, into another.</summary>
    public void Contents(int source, int directory)
    {
        _targets.Add(Entry.Identity(Entry.Status(directory)));
        int from = Entry.Reopen(source, O_RDONLY | O_DIRECTORY);
        try
        {
            using var target = new DirectoryChain(directory);
            new Walk(this, target).Run(from);
        }
        finally
        {
            unistd.close(from);
        }
    }

    /// <summary>
    /// What a regular file has in it, into the regular file of an O_PATH descriptor, as cp(1) does where a link leads to one.
    /// </summary>
    public void Overwrite(int source, int there)
    {
        statx status = Entry.Status(source);
        int read = Entry.Reopen(source, O_RDONLY), write = -1;
        try
        {
            write = Entry.Reopen(there, O_WRONLY | O_TRUNC);
            Bytes(read, write, []);
            Finish(read, write, status);
        }
        finally
        {
            unistd.close(read);
            if (write >= 0) unistd.close(write);
        }
    }

    /// <summary>What belongs to the file of a descriptor, to that of another.</summary>
    public void Finish(int source, int fd, statx status) => _finishing.Finish(fd, status, () => Attributes.Copy(source, fd));

    private int MakeDirectory(in statx status, int directory, byte[] name, out bool made)
    {
        if (_targets.Contains(Entry.Identity(status)))
            throw new UserError("cannot copy a directory into itself", "name a target outside of it");
        made = Entry.Call(SYS_mkdirat, directory, name, (nint)New, 0, Errno.EEXIST);
        int to = Entry.Open(directory, name, O_RDONLY | O_DIRECTORY);
        if (!made && KernelFiles.Have(to))
        {
            unistd.close(to);
            throw new UserError($"cp: {Entry.Text(name)} in the target is the kernel's: it takes no files",
                "name a target outside of /proc and /sys");
        }
        _targets.Add(Entry.Identity(Entry.Status(to)));
        return to;
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
            byte[] target = Entry.Target(source);
            fixed (byte* text = target)
            fixed (byte* at = name)
                LinuxException.Check(syscall(SYS_symlinkat, (nint)text, directory, (nint)at), "symlinkat", Entry.Text(name));
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
        int read = Entry.Reopen(source, O_RDONLY, name), write = -1;
        bool kept = false;
        try
        {
            write = Entry.Open(directory, name, O_WRONLY | O_CREAT | O_EXCL, New);
            Bytes(read, write, name);
            Finish(read, write, status);
            kept =
                status.stx_nlink > 1 && _links.Count < s_mostLinks && _links.TryAdd(Entry.Identity(status), (write, status.stx_nlink - 1));
        }
        finally
        {
            unistd.close(read);
            if (write >= 0 && !kept) unistd.close(write);
        }
    }

    /// <summary>A fifo or device; false when it is left out.</summary>
    private bool MakeSpecial(int directory, byte[] name, in statx status)
    {
        bool device = (status.stx_mode & S_IFMT) != S_IFIFO;
        if (device && rules.Device is { } wanted && !wanted(status)) return false;
        try
        {
            return Entry.Call(SYS_mknodat, directory, name, status.stx_mode,
                sys_sysmacros.makedev(status.stx_rdev_major, status.stx_rdev_minor), 0);
        }
        catch (LinuxException) when (device && rules.DeviceMayFail)
        {
            return false;
        }
    }

    /// <summary>Holes stay holes, as with cp(1): a file of a tebibyte may have nothing in it.</summary>
    private void Bytes(int read, int write, byte[] name)
    {
        nint size = syscall(SYS_lseek, read, 0, SeekEnd), data = syscall(SYS_lseek, read, 0, SeekData);
        // One that is all hole has no data (ENXIO). The kernel's files have no size, and nothing of that kind.
        bool hasPlaces = size > 0 && (data >= 0 || System.Runtime.InteropServices.Marshal.GetLastPInvokeError() == Errno.ENXIO);
        if (!hasPlaces)
        {
            syscall(SYS_lseek, read, 0, 0);
            Bytes(read, write, nint.MaxValue, name);
        }
        for (nint at = data; hasPlaces && at >= 0; at = syscall(SYS_lseek, read, at, SeekData))
        {
            nint end = LinuxException.Check(syscall(SYS_lseek, read, at, SeekHole), "lseek", Entry.Text(name));
            LinuxException.Check(syscall(SYS_lseek, read, at, 0), "lseek", Entry.Text(name));
            LinuxException.Check(syscall(SYS_lseek, write, at, 0), "lseek", Entry.Text(name));
            Bytes(read, write, end - at, name);
            at = end;
        }
        if (hasPlaces)
            LinuxException.Check(syscall(SYS_ftruncate, write, syscall(SYS_lseek, read, 0, SeekEnd)), "ftruncate", Entry.Text(name));
    }

    private void Bytes(int read, int write, nint most, byte[] name)
    {
        fixed (byte* start = _buffer)
            while (most > 0
                && LinuxException.Check(unistd.read(read, start, nint.Min(most, _buffer.Length)), "read", Entry.Text(name)) is > 0
                    and var length)
            {
                for (nint done = 0; done < length;)
                    done += LinuxException.Check(unistd.write(write, start + done, length - done), "write", Entry.Text(name));
                most -= length;
            }
    }

    private bool Linked(statx status, int directory, byte[] name)
    {
        if (!_links.Remove(Entry.Identity(status), out var file)) return false;
        bool linked = Link(file.Descriptor, directory, name);
        if (linked && file.Left > 1) _links[Entry.Identity(status)] = (file.Descriptor, file.Left - 1);
        else unistd.close(file.Descriptor);
        return linked;
    }

    private static bool Link(int first, int directory, byte[] name)
    {
        byte[] link = System.Text.Encoding.ASCII.GetBytes(Entry.Link(first) + "\0");
        fixed (byte* from = link)
        fixed (byte* at = name)
            // of the link in /proc, to its file
            return syscall(SYS_linkat, AT_FDCWD, (nint)from, directory, (nint)at, AT_SYMLINK_FOLLOW) == 0;
    }

    /// <summary>Goes down the source and, beside it, down the target.</summary>
    private sealed class Walk(TreeCopy copy, DirectoryChain target) : TreeWalk
    {
        private readonly Stack<(statx Status, bool IsMade)> _levels = new();

        protected override int Take(int directory, byte[] name)
        {
            int entry = Entry.TryOpen(directory, name, O_PATH);
            if (entry < 0)
                return System.Runtime.InteropServices.Marshal.GetLastPInvokeError() is Errno.ENOENT
                    ? -1
                    : Entry.Open(directory, name, O_PATH);
            try
            {
                statx status = Entry.Status(entry);
                if (!Entry.IsDirectory(status))
                {
                    copy.CopyFile(entry, status, target.Current, name);
                    return -1;
                }
                int to = copy.MakeDirectory(status, target.Current, name, out bool made);
                if (copy.IsLeftOut(entry))
                {
                    unistd.close(to);
                    return -1;
                }
                target.Enter(to);
                _levels.Push((status, made));
                return Entry.Reopen(entry, O_RDONLY | O_DIRECTORY);
            }
            finally
            {
                unistd.close(entry);
            }
        }

        protected override void Leave(int inside, int above, byte[] name)
        {
            var (status, made) = _levels.Pop();
            if (made) copy.Finish(inside, target.Current, status);
            target.Leave();
        }
    }
}
