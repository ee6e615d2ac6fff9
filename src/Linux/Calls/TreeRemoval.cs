using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Linux.Calls;

/// <summary>
/// Removes a directory with all that is in it, and nothing else: whoever swaps a directory for a symbolic link meanwhile loses the link.
/// What is mounted in it stays, and makes the removal fail (EBUSY).
/// </summary>
public sealed class TreeRemoval : TreeWalk
{
    private const int AtRemoveDirectory = 0x200;   // AT_REMOVEDIR

    /// <summary>How often we begin anew when somebody makes files while we remove them.</summary>
    private const int MostAttempts = 100;
    private bool _again;

    private TreeRemoval()
    {
    }

    /// <summary>
    /// Removes what a path names, a link itself; nothing is there afterwards. The path leads through directories of ours.
    /// </summary>
    /// <exception cref="LinuxException">Something cannot be removed.</exception>
    public static void Remove(string path)
    {
        int cut = path.LastIndexOf('/');
        string parent = cut < 0 ? "." : cut == 0 ? "/" : path[..cut];
        using Fd fd = Fd.TryOpen(parent, O_PATH | O_DIRECTORY);
        if (!fd.IsOpen)
        {
            if (Io.Error is Errno.ENOENT) return;
            throw new LinuxException("open", Io.Error, parent);
        }
        try
        {
            Remove(fd, KernelText.EncodeName(path.AsSpan(cut + 1)));
        }
        catch (LinuxException error)
        {
            throw new LinuxException(error.Call, error.Number, $"{path} ({error.Path})");
        }
    }

    /// <summary>The same of an entry of an open directory.</summary>
    /// <exception cref="LinuxException">Something cannot be removed.</exception>
    public static void Remove(int parent, byte[] name)
    {
        var removal = new TreeRemoval();
        for (int attempt = 0; attempt < MostAttempts; attempt++)
        {
            removal._again = false;
            using Fd inside = removal.Take(parent, name);
            if (!inside.IsOpen) return;
            try
            {
                removal.Run(inside);
                removal.Leave(inside, parent, name);
            }
            catch (LinuxException error) when (error.Number == Errno.ESTALE)
            {
                removal._again = true;   // a directory was moved while we were below it
            }
            if (!removal._again) return;
        }
        throw new LinuxException("unlinkat", Errno.ENOTEMPTY, Entry.Text(name));
    }

    protected override Fd Take(int directory, byte[] name)
    {
        for (int attempt = 0; attempt < MostAttempts; attempt++)
        {
            int errno = Entry.TryCall(SYS_unlinkat, directory, name, 0);
            if (errno is 0 or Errno.ENOENT) return Fd.None;
            if (errno != Errno.EISDIR) throw new LinuxException("unlinkat", errno, Entry.Text(name));
            Fd inside = Open(directory, name);
            if (inside.IsOpen) return inside;
            errno = Io.Error;
            if (errno == Errno.EXDEV) throw new LinuxException("unlinkat", Errno.EBUSY, Entry.Text(name));
            // Something else has this name now, or nothing has.
            if (errno is not (Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP)) throw new LinuxException("openat2", errno, Entry.Text(name));
        }
        _again = true;
        return Fd.None;
    }

    protected override void Leave(int inside, int above, byte[] name)
    {
        int errno = Entry.TryCall(SYS_unlinkat, above, name, AtRemoveDirectory);
        if (errno is Errno.ENOTEMPTY or Errno.EEXIST or Errno.ENOTDIR) _again = true;
        else if (errno is not (0 or Errno.ENOENT)) throw new LinuxException("unlinkat", errno, Entry.Text(name));
    }

    /// <summary>A directory that nothing is mounted on. Its owner may open it whatever its mode.</summary>
    private static Fd Open(int directory, byte[] name)
    {
        int flags = O_RDONLY | O_DIRECTORY;
        Fd inside = Entry.TryOpen(directory, name, flags, resolve: RESOLVE_NO_XDEV);
        if (inside.IsOpen ? !IsClosed(inside) : Io.Error != Errno.EACCES) return inside;
        inside.Dispose();
        using Fd place = Entry.TryOpen(directory, name, O_PATH | O_DIRECTORY, resolve: RESOLVE_NO_XDEV);
        if (!place.IsOpen) return place;
        _ = sys_stat.chmod(Entry.Link(place), 0x1c0 /* 0700 */);
        return Entry.TryOpen(directory, name, flags, resolve: RESOLVE_NO_XDEV);
    }

    /// <summary>Readable, but nothing in it can be removed by its owner, who is not root.</summary>
    private static bool IsClosed(int inside)
    {
        const int write = 0xC0 /* 0300 */;
        uint me = unistd.geteuid();
        return me != 0 && Entry.Status(inside) is var status && status.stx_uid == me && (status.stx_mode & write) != write;
    }
}
