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
/// <param name="keepOwners">Owners as they are; else they are ours.</param>
public sealed unsafe class TreeCopy(bool keepOwners)
{
    private const uint Modes = 0xFFF, New = 0x1C0 /* 0700 */;
    private const nint FromDescriptor = AT_EMPTY_PATH, Remove = 0;
    private readonly byte[] _buffer = new byte[1 << 17];
    private const int MostLinks = 400;   // open at a time; beyond, a second name becomes a second file

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
                FinishByName(directory, name, status);
                return;
        }
        Unlink(directory, name);
        if (status.stx_nlink > 1 && Linked(status, directory, name)) return;
        if ((status.stx_mode & S_IFMT) != S_IFREG)
        {
            Entry.Call(SYS_mknodat, directory, name, status.stx_mode, sys_sysmacros.makedev(status.stx_rdev_major, status.stx_rdev_minor), 0);
            FinishByName(directory, name, status);
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
        _targets.Add(Identity(Entry.Status(directory)));
        int from = Entry.Reopen(source, O_RDONLY | O_DIRECTORY);
        foreach (byte[] name in Entry.Names(from))
        {
            int entry;
            try
            {
                entry = Entry.Open(from, name, O_PATH);
            }
            catch (LinuxException error) when (error.Number == Errno.ENOENT)
            {
                continue;   // gone since we looked
            }
            Copy(entry, directory, name);
            unistd.close(entry);
        }
        unistd.close(from);
    }

    private void Bytes(int read, int write, byte[] name)
    {
        fixed (byte* start = _buffer)
            while (LinuxException.Check(unistd.read(read, start, _buffer.Length), "read", Entry.Text(name)) is > 0 and var length)
                for (nint done = 0; done < length;) done += LinuxException.Check(unistd.write(write, start + done, length - done), "write", Entry.Text(name));
    }

    /// <summary>Owner before mode, as a new owner takes setuid away; times last.</summary>
    private void Finish(int source, int fd, statx status)
    {
        byte nothing = 0;
        if (keepOwners) LinuxException.Check(syscall(SYS_fchownat, fd, (nint)(&nothing), (nint)status.stx_uid, (nint)status.stx_gid, FromDescriptor), "fchownat");
        Attributes.Copy(source, fd);
        LinuxException.Check(syscall(SYS_fchmod, fd, (nint)(status.stx_mode & Modes)), "fchmod");
        timespec* times = stackalloc timespec[2];
        Times(times, status);
        syscall(SYS_utimensat, fd, 0, (nint)times, 0);
    }

    private void FinishByName(int directory, byte[] name, statx status)
    {
        fixed (byte* at = name)
        {
            if (keepOwners) LinuxException.Check(syscall(SYS_fchownat, directory, (nint)at, (nint)status.stx_uid, (nint)status.stx_gid, AT_SYMLINK_NOFOLLOW), "fchownat", Entry.Text(name));
            timespec* times = stackalloc timespec[2];
            Times(times, status);
            syscall(SYS_utimensat, directory, (nint)at, (nint)times, AT_SYMLINK_NOFOLLOW);
        }
    }

    private static void Times(timespec* times, statx status)
    {
        times[0] = new timespec { tv_sec = (nint)status.stx_atime.tv_sec, tv_nsec = (nint)status.stx_atime.tv_nsec };
        times[1] = new timespec { tv_sec = (nint)status.stx_mtime.tv_sec, tv_nsec = (nint)status.stx_mtime.tv_nsec };
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
