using Minirun.Engine.Sockets;
using Minirun.Linux;
using Minirun.Linux.Calls;

namespace Minirun.Engine.Logs.JsonFile;

/// <summary>
/// A file that records are added to, whole ones only, and that is rotated: NAME, NAME.1, NAME.2 or NAME.2.gz and so on, the highest
/// number the oldest. Records are gathered while there is more to read, and written at once.
/// </summary>
internal sealed class LogFile
{
    private const int Gathered = 64 * 1024;
    private const uint Mode = 0x1a0 /* 0640 */;
    private readonly string _path;
    private readonly long _limit;
    private readonly int _files;
    private readonly bool _compress;
    private readonly ByteWriter _buffer = new(8 * 1024);
    private Fd _file;
    private int _records;
    private long _size;

    /// <param name="limit">A record that would follow so many bytes goes to the next file.</param>
    /// <param name="files">How many there are at most.</param>
    public LogFile(string path, long limit, int files, bool compress)
    {
        (_path, _limit, _files, _compress) = (path, limit, files, compress);
        _file = Open(out _size);
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
            if (unistd.ftruncate(_file, before) == 0) _size = before;
            Lost += _records;
            Trouble = $"{_path}: write: {Errno.Describe(errno)}";
        }
        _buffer.Clear();
        _records = 0;
    }

    public void Close()
    {
        Flush();
        _file.Dispose();
    }

    private int WriteAll(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int errno = Descriptors.Write(_file, bytes, out int written);
            if (errno != 0) return errno;
            _size += written;
            bytes = bytes[written..];
        }
        return 0;
    }

    private Fd Open(out long size)
    {
        Fd file = Fd.Open(_path, fcntl.O_RDWR | fcntl.O_CREAT | fcntl.O_APPEND | fcntl.O_NOFOLLOW, Mode);
        if (!FileStatus.TryRead(file, out statx status))
        {
            file.Dispose();
            throw new LinuxException("statx", Io.Error, _path);
        }
        size = (long)status.stx_size;
        return file;
    }

    /// <summary>A crash may have left half a record: the next one starts on a line of its own all the same.</summary>
    private void Mend()
    {
        byte last = (byte)'\n';
        if (_size > 0) Io.Read(_file, new Span<byte>(ref last), _size - 1);
        if (last != '\n') _ = WriteAll("\n"u8);
    }

    private void Rotate()
    {
        Flush();
        if (_size < _limit) return;
        try
        {
            Rotation.Shift(_path, _files, _compress);
            Fd next = Open(out long size);
            _file.Dispose();
            (_file, _size) = (next, size);
        }
        catch (Exception error) when (error is LinuxException or IOException)
        {
            // Rather lines than order: the old file goes on, and rotation is tried again with the next line.
            Trouble = DotNetError.Describe(error);
        }
    }
}
