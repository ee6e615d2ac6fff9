using Minirun.Engine.Sockets;
using Minirun.Linux;

namespace Minirun.Engine.Logs.JsonFile;

/// <summary>
/// A file that records are added to, whole ones only, and that is rotated: NAME, NAME.1, NAME.2 or NAME.2.gz and so on, the highest
/// number the oldest. Records are gathered while there is more to read, and written at once.
/// </summary>
internal sealed unsafe class LogFile
{
    private const int Gathered = 64 * 1024;
    private const uint Mode = 0x1a0 /* 0640 */;
    private readonly string _path;
    private readonly long _limit;
    private readonly int _files;
    private readonly bool _compress;
    private readonly ByteWriter _buffer = new(8 * 1024);
    private int _descriptor;
    private int _records;
    private long _size;

    /// <param name="limit">A record that would follow so many bytes goes to the next file.</param>
    /// <param name="files">How many there are at most.</param>
    public LogFile(string path, long limit, int files, bool compress)
    {
        (_path, _limit, _files, _compress) = (path, limit, files, compress);
        _descriptor = Open(out _size);
        Mend();
    }

    public long Lost { get; private set; }

    public string? Trouble { get; private set; }

    public void Add(ReadOnlySpan<byte> record)
    {
        if (_size + _buffer.Length >= _limit) Rotate();
        else if (_buffer.Length > 0 && _buffer.Length + record.Length > Gathered) Flush();
        _buffer.Add(record);
        _records++;
    }

    public void Flush()
    {
        if (_buffer.Length == 0) return;
        long before = _size;
        int errno = WriteAll(_buffer.Written);
        if (errno != 0)
        {
            // No half record stays behind (a full disk takes the first part of a write).
            if (unistd.ftruncate(_descriptor, before) == 0) _size = before;
            Lost += _records;
            Trouble = $"{_path}: write: {Errno.Describe(errno)}";
        }
        _buffer.Clear();
        _records = 0;
    }

    public void Close()
    {
        Flush();
        if (_descriptor >= 0) _ = unistd.close(_descriptor);
        _descriptor = -1;
    }

    private int WriteAll(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int errno = Descriptors.Write(_descriptor, bytes, out int written);
            if (errno == Errno.EINTR) continue;
            if (errno != 0) return errno;
            _size += written;
            bytes = bytes[written..];
        }
        return 0;
    }

    private int Open(out long size)
    {
        int descriptor = (int)LinuxException.Check(
            fcntl.open(_path, fcntl.O_RDWR | fcntl.O_CREAT | fcntl.O_APPEND | fcntl.O_CLOEXEC | fcntl.O_NOFOLLOW, Mode), "open", _path);
        statx status;
        LinuxException.Check(sys_stat.statx_(descriptor, "", fcntl.AT_EMPTY_PATH, sys_stat.STATX_BASIC_STATS, &status), "statx", _path);
        size = (long)status.stx_size;
        return descriptor;
    }

    /// <summary>A crash may have left half a record: the next one starts on a line of its own all the same.</summary>
    private void Mend()
    {
        byte last = (byte)'\n';
        if (_size > 0) _ = unistd.pread(_descriptor, &last, 1, _size - 1);
        if (last != '\n') _ = WriteAll("\n"u8);
    }

    private void Rotate()
    {
        Flush();
        if (_size < _limit) return;
        try
        {
            Rotation.Shift(_path, _files, _compress);
            int next = Open(out long size);
            _ = unistd.close(_descriptor);
            (_descriptor, _size) = (next, size);
        }
        catch (Exception error) when (error is LinuxException or IOException)
        {
            // Rather lines than order: the old file goes on, and rotation is tried again with the next line.
            Trouble = DotNetError.Describe(error);
        }
    }
}
