using System.Text;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime.State;

namespace Minirun.Engine.Events;

/// <summary>Reads the journals of a root, oldest line first, and waits for more.</summary>
public sealed class EventReader : IDisposable
{
    private readonly EnginePaths _paths;
    private readonly FileWatch _watch;
    private readonly MemoryStream _half = new();
    private Fd _fd = Fd.None;
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
        _watch = new FileWatch(directory);
        try
        {
            if (fromStart && Open(EngineEvents.Older(paths))) return;
            if (Open(EngineEvents.Current(paths)) && !fromStart) _at = (long)(EngineEvents.Identity(_fd)?.Size ?? 0);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The lines that are there and were not given yet.</summary>
    public List<string> Read()
    {
        List<string> lines = [];
        while (true)
        {
            if (_fd.IsOpen) Drain(lines);
            if (EngineEvents.Identity(EngineEvents.Current(_paths)) is not { } now || now.Inode == _inode) return lines;
            // It made way for a new one; what was written since our last look comes first.
            if (_fd.IsOpen) Drain(lines);
            if (!Open(EngineEvents.Current(_paths))) return lines;
        }
    }

    /// <summary>Waits for more. False when the time is over.</summary>
    public bool Wait(int milliseconds)
    {
        if (!Poller.Await(_watch.Descriptor, poll.POLLIN, milliseconds)) return false;
        _watch.Forget();
        return true;
    }

    public void Dispose()
    {
        _fd.Dispose();
        _watch.Dispose();
    }

    private bool Open(string path)
    {
        Fd fd = RegularFile.Open(path);
        if (!fd.IsOpen) return false;
        _fd.Dispose();
        _fd = fd;
        _at = 0;
        _inode = EngineEvents.Identity(fd)?.Inode ?? 0;
        return true;
    }

    private void Drain(List<string> lines)
    {
        Span<byte> buffer = stackalloc byte[16384];
        int length;
        while ((length = Io.Read(_fd, buffer, _at)) > 0)
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
