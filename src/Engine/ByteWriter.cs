using System.Buffers.Text;
using System.Text;

namespace Minirun.Engine;

/// <summary>Bytes that are put together: kept and used again, so that a line costs no allocation.</summary>
/// <param name="full">How much it may well become: then it grows to that at once, as what it outgrows stays in memory for long.</param>
internal sealed class ByteWriter(int capacity = 512, int full = 0)
{
    private byte[] _bytes = new byte[capacity];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public Memory<byte> Memory => _bytes.AsMemory(0, Length);

    /// <summary>Keeps the memory, unless there was unusually much in it.</summary>
    public void Clear()
    {
        Length = 0;
        if (_bytes.Length > 256 * 1024) _bytes = new byte[capacity];
    }

    public void Cut(int length) => Length = length;

    /// <summary>Room for so many bytes; <see cref="Advance"/> makes them count.</summary>
    public Span<byte> Room(int count)
    {
        if (_bytes.Length - Length < count) Grow(Length + count);
        return _bytes.AsSpan(Length);
    }

    public void Advance(int count) => Length += count;

    public void Add(byte value)
    {
        Room(1)[0] = value;
        Length++;
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        Length += bytes.Length;
    }

    public void Add(string text) => Length += Encoding.UTF8.GetBytes(text, Room(text.Length * 3));

    public void Add(long number)
    {
        Utf8Formatter.TryFormat(number, Room(20), out int written);
        Length += written;
    }

    private void Grow(int least)
    {
        int size = Math.Max(_bytes.Length * 2, least);
        byte[] larger = GC.AllocateUninitializedArray<byte>(size > 16 * 1024 ? Math.Max(size, full) : size);
        Written.CopyTo(larger);
        _bytes = larger;
    }
}
