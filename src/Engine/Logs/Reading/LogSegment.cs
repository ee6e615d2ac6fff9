using System.IO.Compression;
using Microsoft.Win32.SafeHandles;
using Minirun.Engine.Logs.JsonFile;
using Minirun.Linux.Calls;

namespace Minirun.Engine.Logs.Reading;

/// <summary>One file of a log, open: whatever rotation does to its name meanwhile, these are its lines.</summary>
internal sealed class LogSegment : IDisposable
{
    private readonly FileStream _file;
    private LineReader? _lines;

    private LogSegment(FileStream file, ulong inode, bool isZipped) => (_file, Inode, IsZipped) = (file, inode, isZipped);

    public ulong Inode { get; }

    public bool IsZipped { get; }

    /// <summary>The lines from where we are.</summary>
    public LineReader Lines => _lines ??= new LineReader(IsZipped ? new GZipStream(_file, CompressionMode.Decompress) : _file);

    /// <summary>Null when it is not there.</summary>
    public static LogSegment? Open(string path)
    {
        using Fd fd = RegularFile.Open(path);
        if (!fd.IsOpen) return null;
        ulong inode = Entry.Status(fd).stx_ino;
        var file = new FileStream(new SafeFileHandle(fd.Release(), ownsHandle: true), FileAccess.Read, bufferSize: 0);
        return new LogSegment(file, inode, path.EndsWith(".gz", StringComparison.Ordinal));
    }

    /// <summary>All files of a log, the oldest first.</summary>
    public static List<LogSegment> All(string path)
    {
        List<LogSegment> segments = [];
        // From the youngest: a rotation meanwhile shows a file twice, and hides none. One that was killed may leave a number out.
        for (int number = 0, missing = 0; missing < 2; number++)
        {
            LogSegment? next = number == 0 ? Open(path) : Open(Rotation.Numbered(path, number)) ?? Open(Rotation.Zipped(path, number));
            missing = next is null ? missing + 1 : 0;
            if (next is not null && segments.Exists(known => known.Inode == next.Inode)) next.Dispose();
            else if (next is not null) segments.Add(next);
        }
        segments.Reverse();
        return segments;
    }

    /// <summary>Goes to where the last lines begin.</summary>
    /// <returns>How many there are, at most as many as are wanted.</returns>
    public int SeekTail(int wanted)
    {
        if (!IsZipped) return Tail.Seek(_file, wanted);
        int lines = Count(), skipped = Math.Max(0, lines - wanted);
        for (int line = 0; line < skipped; line++) Lines.TryRead(out _);
        return lines - skipped;
    }

    public void Dispose() => _file.Dispose();

    private int Count()
    {
        int lines = 0;
        while (Lines.TryRead(out _)) lines++;
        _file.Position = 0;
        _lines = null;
        return lines;
    }
}
