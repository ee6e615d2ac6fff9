namespace Minirun.Engine.Logs.Reading;

/// <summary>Whole lines of a stream that may grow. A line of more than 1 MiB is none of ours: it is left out.</summary>
internal sealed class LineReader(Stream stream)
{
    private const int Longest = 1 << 20;
    private byte[] _buffer = new byte[64 * 1024];
    private int _start, _end, _searched;
    private bool _tooLong;

    /// <summary>Lines left out.</summary>
    public int Skipped { get; private set; }

    /// <summary>The next line without its line feed; false at the end of what there is so far.</summary>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        while (true)
        {
            int feed = _buffer.AsSpan(_searched, _end - _searched).IndexOf((byte)'\n');
            if (feed >= 0)
            {
                line = _buffer.AsSpan(_start, _searched + feed - _start);
                _start = _searched = _searched + feed + 1;
                if (!_tooLong) return true;
                _tooLong = false;
                Skipped++;
                continue;
            }
            _searched = _end;
            MakeRoom();
            int read = stream.Read(_buffer, _end, _buffer.Length - _end);
            _end += read;
            line = default;
            if (read == 0) return false;
        }
    }

    private void MakeRoom()
    {
        if (_end - _start > Longest)
        {
            _tooLong = true;
            _start = _end;
        }
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end, _searched) = (0, _end - _start, _searched - _start);
        if (_end == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
    }
}
