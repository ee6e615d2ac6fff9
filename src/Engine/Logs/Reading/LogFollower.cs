using Minirun.Engine.Logs.JsonFile;
using Minirun.Linux;
using Minirun.Linux.Calls;

namespace Minirun.Engine.Logs.Reading;

/// <summary>Waits for more of a log, and finds the file that comes after one.</summary>
internal sealed class LogFollower : IDisposable
{
    private const int Inattentive = 200;
    private readonly string _path;
    private readonly FileWatch? _watch;
    private readonly Poller _poller = new();
    private readonly PollSource _end;

    /// <param name="end">A descriptor that becomes readable when nothing more will come, or -1.</param>
    public LogFollower(string path, int end)
    {
        _path = path;
        _end = _poller.Add(end);
        try
        {
            // The directory: its events are those of all files in it, and of new ones.
            _watch = new FileWatch(Path.GetDirectoryName(CurrentDirectory.FullPath(path))!);
            _poller.Add(_watch.Descriptor);
        }
        catch (LinuxException)
        {
            // A user has only so many of them (128, or fewer watches): one without would wait for ever.
        }
    }

    /// <summary>After <see cref="Next"/>: there may be files between the one before and the one after.</summary>
    public bool HasGap { get; private set; }

    /// <summary>Waits until something was written, or all is over.</summary>
    /// <returns>It is over.</returns>
    public bool Wait()
    {
        // Without inotify we look now and then.
        _poller.Wait(_watch is null ? Inattentive : -1);
        _watch?.Forget();
        return _end.IsReady;
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

    public void Dispose() => _watch?.Dispose();

    private static ulong Inode(string path) => FileStatus.TryRead(path, out statx status) ? status.stx_ino : 0;
}
