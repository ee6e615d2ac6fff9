using Minirun.Linux;
using Minirun.Runtime;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_stat;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Engine.Copying;

/// <summary>
/// Copies files with all that belongs to them, from open directory to open directory. Every step is one component from a descriptor, and what is
/// looked at is what is read: a container that swaps names meanwhile gets a wrong copy of its own files, never somebody else's.
/// </summary>
/// <param name="rules">Whose the copies are, and which devices there are.</param>
public sealed unsafe class TreeCopy(CopyRules rules)
{
    private const uint New = 0x1C0 /* 0700 */;
    private const nint Remove = 0;
    private const int MostLinks = 400;   // open at a time; beyond, a second name becomes a second file
    internal const int Deepest = 300;    // a few descriptors for each are open
    private readonly byte[] _buffer = new byte[1 << 17];
    private readonly Finishing _finishing = new(rules);
    private int _depth;

    /// <summary>Files with several names: what they became, and how many names are still to come.</summary>
    private readonly Dictionary<(uint, uint, ulong), (int Descriptor, uint Left)> _links = [];
    private readonly HashSet<(uint, uint, ulong)> _targets = [];

    /// <summary>The file of an O_PATH descriptor, as <paramref name="name"/> in a directory. A directory goes into one that is there.</summary>
    /// <exception cref="LinuxException">It cannot be read or made.</exception>
    public void Copy(int source, int directory, byte[] name)
    {
        statx status = Entry.Status(source);
        switch (status.stx_mode & S_IFMT)
        {
            case S_IFDIR:
                if (_targets.Contains(Identity(status))) throw new UserError("cannot copy a directory into itself", null);
                bool made = Entry.Call(SYS_mkdirat, directory, name, (nint)New, 0, Errno.EEXIST);
                int to = Entry.Open(directory, name, O_RDONLY | O_DIRECTORY);
                Contents(source, to);
                if (made) Finish(source, to, status);
                unistd.close(to);
                return;
            case S_IFSOCK:
                return;   // as tar and docker
            case S_IFLNK:
                Unlink(directory, name);
                byte[] target = Entry.Target(source);
                fixed (byte* text = target)
                fixed (byte* at = name)
                    LinuxException.Check(syscall(SYS_symlinkat, (nint)text, directory, (nint)at), "symlinkat", Entry.Text(name));
                _finishing.Finish(directory, name, status);
                return;
        }
        Unlink(directory, name);
        if (status.stx_nlink > 1 && Linked(status, directory, name)) return;
        if ((status.stx_mode & S_IFMT) != S_IFREG)
        {
            if (Special(directory, name, status)) _finishing.Finish(directory, name, status);
            return;
        }
        int read = Entry.Reopen(source, O_RDONLY), write = Entry.Open(directory, name, O_WRONLY | O_CREAT | O_EXCL, New);
        Bytes(read, write, name);
        Finish(read, write, status);
        unistd.close(read);
        if (status.stx_nlink < 2 || _links.Count >= MostLinks || !_links.TryAdd(Identity(status), (write, status.stx_nlink - 1))) unistd.close(write);
    }

    /// <summary>All that is in a directory, into another.</summary>
    public void Contents(int source, int directory)
    {
        if (++_depth > Deepest) throw new UserError($"directories are nested more than {Deepest} deep", "copy a part of them");
        _targets.Add(Identity(Entry.Status(directory)));
        Entry.Each(source, (entry, name) => Copy(entry, directory, name));
        _depth--;
    }

    /// <summary>What belongs to the file of a descriptor, to that of another.</summary>
    public void Finish(int source, int fd, statx status) => _finishing.Finish(fd, status, () => Attributes.Copy(source, fd));

    /// <summary>A fifo or device; false when it is left out.</summary>
    private bool Special(int directory, byte[] name, statx status)
    {
        bool device = (status.stx_mode & S_IFMT) != S_IFIFO;
        if (device && rules.Device is { } wanted && !wanted(status)) return false;
        try
        {
            return Entry.Call(SYS_mknodat, directory, name, status.stx_mode, sys_sysmacros.makedev(status.stx_rdev_major, status.stx_rdev_minor), 0);
        }
        catch (LinuxException) when (device && rules.DeviceMayFail)
        {
            return false;
        }
    }

    private void Bytes(int read, int write, byte[] name)
    {
        fixed (byte* start = _buffer)
            while (LinuxException.Check(unistd.read(read, start, _buffer.Length), "read", Entry.Text(name)) is > 0 and var length)
                for (nint done = 0; done < length;) done += LinuxException.Check(unistd.write(write, start + done, length - done), "write", Entry.Text(name));
    }

    /// <summary>What is there makes way; a directory does not.</summary>
    private static void Unlink(int directory, byte[] name) => Entry.Call(SYS_unlinkat, directory, name, Remove, 0, Errno.ENOENT);

    private static (uint, uint, ulong) Identity(statx status) => (status.stx_dev_major, status.stx_dev_minor, status.stx_ino);

    private bool Linked(statx status, int directory, byte[] name)
    {
        if (!_links.Remove(Identity(status), out var file)) return false;
        bool linked = Link(file.Descriptor, directory, name);
        if (linked && file.Left > 1) _links[Identity(status)] = (file.Descriptor, file.Left - 1);
        else unistd.close(file.Descriptor);
        return linked;
    }

    private static bool Link(int first, int directory, byte[] name)
    {
        byte[] link = System.Text.Encoding.ASCII.GetBytes(Entry.Link(first) + "\0");
        const int follow = 0x400;   // AT_SYMLINK_FOLLOW: of the descriptor's link in /proc, to its file
        fixed (byte* from = link)
        fixed (byte* at = name)
            return syscall(SYS_linkat, AT_FDCWD, (nint)from, directory, (nint)at, follow) == 0;
    }
}
