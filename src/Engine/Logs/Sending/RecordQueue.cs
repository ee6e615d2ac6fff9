namespace Minirun.Engine.Logs.Sending;

/// <summary>
/// Records that wait, first in first out, in one piece of memory: a stream sends it as it is, a datagram socket record by record.
/// </summary>
/// <param name="full">How many bytes may well wait.</param>
internal sealed class RecordQueue(int full)
{
    private readonly ByteWriter _bytes = new(full: full);
    private readonly Queue<int> _lengths = new();
    private int _start, _begun;

    /// <summary>Bytes of the first record that <see cref="Take"/> has taken already.</summary>
    private int _gone;

    public int Bytes => _bytes.Length - _start;

    public int Count => _lengths.Count;

    public ReadOnlySpan<byte> All => _bytes.Written[_start..];

    public ReadOnlySpan<byte> First => All[..(_lengths.Peek() - _gone)];

    /// <summary>Where to put the next record; nothing else may be called before <see cref="Commit"/> or <see cref="Cancel"/>.</summary>
    public ByteWriter Begin()
    {
        _begun = _bytes.Length;
        return _bytes;
    }

    /// <summary>The record that was begun is not one after all.</summary>
    public void Cancel() => _bytes.Cut(_begun);

    public void Commit() => _lengths.Enqueue(_bytes.Length - _begun);

    /// <summary>So many bytes are done with.</summary>
    /// <returns>How many records ended with them.</returns>
    public int Take(int bytes)
    {
        int ended = 0;
        _start += bytes;
        for (_gone += bytes; _lengths.Count > 0 && _gone >= _lengths.Peek(); ended++) _gone -= _lengths.Dequeue();
        if (_start == _bytes.Length) Clear();
        else if (_start > 64 * 1024) Shift();
        return ended;
    }

    public void TakeFirst() => Take(First.Length);

    /// <summary>The first record starts anew, on another connection: what it had got rid of is put back. Only streams need that.</summary>
    public void Rewind()
    {
        _start -= _gone;
        _gone = 0;
    }

    public void Clear()
    {
        _bytes.Clear();
        _lengths.Clear();
        _start = _gone = 0;
    }

    private void Shift()
    {
        // The first record stays whole, for Rewind.
        int from = _start - _gone;
        ReadOnlySpan<byte> rest = _bytes.Written[from..];
        int length = rest.Length;
        rest.CopyTo(_bytes.Memory.Span);
        _bytes.Cut(length);
        _start = _gone;
    }
}
