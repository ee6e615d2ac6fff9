using Minirun.Engine.Logs.JsonFile;
using Minirun.Linux;

namespace Minirun.Engine.Logs.Reading;

/// <summary>Waits for more of a log, and finds the file that comes after one.</summary>
internal sealed unsafe class LogFollower : IDisposable
{
    private const int Inattentive = 200;
    private readonly string _path;
    private readonly int _end, _watch;

    /// <param name="end">A descriptor that becomes readable when nothing more will come, or -1.</param>
    public LogFollower(string path, int end)
    {
        (_path, _end) = (path, end);
        _watch = sys_inotify.inotify_init1(sys_inotify.IN_CLOEXEC | sys_inotify.IN_NONBLOCK);
        // The directory: its events are those of all files in it, and of new ones.
        if (_watch < 0
            || sys_inotify.inotify_add_watch(_watch, Path.GetDirectoryName(CurrentDirectory.FullPath(path))!,
                sys_inotify.IN_MODIFY | sys_inotify.IN_CREATE | sys_inotify.IN_MOVED_TO) >= 0)
            return;
        // Of watches a user has a number, too: one without would wait for ever.
        unistd.close(_watch);
        _watch = -1;
    }

    /// <summary>After <see cref="Next"/>: there may be files between the one before and the one after.</summary>
    public bool HasGap { get; private set; }

    /// <summary>Waits until something was written, or all is over.</summary>
    /// <returns>It is over.</returns>
    public bool Wait()
    {
        pollfd* ready = stackalloc pollfd[2];
        ready[0] = new pollfd { fd = _watch, events = poll.POLLIN };
        ready[1] = new pollfd { fd = _end, events = poll.POLLIN };
        // Without inotify (a user may have 128 of them) we look now and then.
        _ = poll.poll_(ready, 2, _watch >= 0 ? -1 : Inattentive);
        Span<byte> events = stackalloc byte[4096];
        fixed (byte* buffer = events)
            while (_watch >= 0 && unistd.read(_watch, buffer, events.Length) > 0)
            {
            }
        return ready[1].revents != 0;
    }

    /// <summary>The file after this one, or null while this is still the youngest.</summary>
    public LogSegment? Next(LogSegment? current)
    {
        HasGap = false;
        if (current is not null && Inode(_path) is var now && (now == 0 || now == current.Inode)) return null;
        string next = _path;
        for (int number = 1; current is not null; number++)
        {
            ulong inode = Inode(Rotation.Numbered(_path, number));
            if (inode == current.Inode) break;
            next = Rotation.Numbered(_path, number);
            if (inode != 0) continue;
            // Compressed or removed meanwhile: only times can tell what is new.
            HasGap = true;
            next = _path;
            break;
        }
        return LogSegment.Open(next);
    }

    public void Dispose()
    {
        if (_watch >= 0) _ = unistd.close(_watch);
    }

    private static ulong Inode(string path)
    {
        statx status;
        return sys_stat.statx_(fcntl.AT_FDCWD, path, 0, sys_stat.STATX_BASIC_STATS, &status) == 0 ? status.stx_ino : 0;
    }
}
