namespace Minirun.Linux.Calls;

/// <summary>Hears when files of a directory are written to, made or renamed (inotify(7)).</summary>
public sealed class FileWatch : IDisposable
{
    private readonly Fd _fd;

    /// <exception cref="LinuxException">A user has only so many of them, or the directory is not there.</exception>
    public FileWatch(string directory)
    {
        const uint events = sys_inotify.IN_MODIFY | sys_inotify.IN_CREATE | sys_inotify.IN_MOVED_TO;
        _fd = Fd.Check(sys_inotify.inotify_init1(sys_inotify.IN_CLOEXEC | sys_inotify.IN_NONBLOCK), "inotify_init1");
        try
        {
            LinuxException.Check(sys_inotify.inotify_add_watch(_fd, directory, events), "inotify_add_watch", directory);
        }
        catch
        {
            _fd.Dispose();
            throw;
        }
    }

    /// <summary>Readable when something has happened that was not forgotten yet.</summary>
    public int Descriptor => _fd;

    /// <summary>Forgets what has happened until now.</summary>
    public void Forget()
    {
        Span<byte> events = stackalloc byte[4096];
        while (Io.Read(_fd, events) > 0) { }
    }

    public void Dispose() => _fd.Dispose();
}
