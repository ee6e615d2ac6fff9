using Minirun.Linux.Calls;
using System.Text;
using Minirun.Linux;
using Minirun.Runtime.State;
using static Minirun.Linux.fcntl;

namespace Minirun.Engine.Events;

/// <summary>Reads the journals of a root, oldest line first, and waits for more.</summary>
public sealed unsafe class EventReader : IDisposable
{
    private readonly EnginePaths _paths;
    private readonly int _watch;
    private readonly MemoryStream _half = new();
    private int _fd = -1;
    private ulong _inode;
    private long _at;

    /// <param name="paths">Of which root.</param>
    /// <param name="fromStart">Also what has happened already.</param>
    public EventReader(EnginePaths paths, bool fromStart)
    {
        _paths = paths;
        paths.Make();
        string directory = EngineEvents.DirectoryOf(paths);
        OwnDirectory.Make(directory, 0x1c0 /* 0700 */);
        // Before the first look: what is written after it wakes us.
        _watch = (int)LinuxException.Check(sys_inotify.inotify_init1(sys_inotify.IN_CLOEXEC | sys_inotify.IN_NONBLOCK), "inotify_init1");
        LinuxException.Check(
            sys_inotify.inotify_add_watch(_watch, directory, sys_inotify.IN_MODIFY | sys_inotify.IN_CREATE | sys_inotify.IN_MOVED_TO),
            "inotify_add_watch", directory);
        if (fromStart && Open(EngineEvents.Older(paths))) return;
        if (Open(EngineEvents.Current(paths)) && !fromStart) _at = (long)(EngineEvents.Identity(_fd, "")?.Size ?? 0);
    }

    /// <summary>The lines that are there and were not given yet.</summary>
    public List<string> Read()
    {
        List<string> lines = [];
        while (true)
        {
            if (_fd >= 0) Drain(lines);
            if (EngineEvents.Identity(AT_FDCWD, EngineEvents.Current(_paths)) is not { } now || now.Inode == _inode) return lines;
            // It made way for a new one; what was written since our last look comes first.
            if (_fd >= 0) Drain(lines);
            if (!Open(EngineEvents.Current(_paths))) return lines;
        }
    }

    /// <summary>Waits for more. False when the time is over.</summary>
    public bool Wait(int milliseconds)
    {
        pollfd source = new() { fd = _watch, events = poll.POLLIN };
        if (poll.poll_(&source, 1, milliseconds) == 0) return false;
        byte* buffer = stackalloc byte[4096];
        unistd.read(_watch, buffer, 4096);
        return true;
    }

    public void Dispose()
    {
        if (_fd >= 0) unistd.close(_fd);
        unistd.close(_watch);
    }

    private bool Open(string path)
    {
        int fd = RegularFile.Open(path);
        if (fd < 0) return false;
        if (_fd >= 0) unistd.close(_fd);
        _fd = fd;
        _at = 0;
        _inode = EngineEvents.Identity(fd, "")?.Inode ?? 0;
        return true;
    }

    private void Drain(List<string> lines)
    {
        byte* buffer = stackalloc byte[16384];
        nint length;
        while ((length = unistd.pread(_fd, buffer, 16384, _at)) > 0)
        {
            _at += length;
            for (int at = 0; at < length; at++)
            {
                if (buffer[at] != (byte)'\n')
                {
                    _half.WriteByte(buffer[at]);
                    continue;
                }
                lines.Add(Encoding.UTF8.GetString(_half.GetBuffer(), 0, (int)_half.Length));
                _half.SetLength(0);
            }
        }
    }
}
