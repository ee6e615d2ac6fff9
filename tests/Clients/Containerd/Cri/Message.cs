using System.Buffers.Binary;
using System.Text;

namespace Minirun.Clients.Containerd.Cri;

/// <summary>
/// A message of protocol buffers, written field by field; a test needs no more of them than numbers, texts and other messages.
/// </summary>
internal sealed class Message
{
    private const int Number = 0, Bytes = 2;
    private readonly MemoryStream _bytes = new();

    public Message Add(int field, long value)
    {
        Varint((ulong)(field << 3 | Number));
        Varint((ulong)value);
        return this;
    }

    public Message Add(int field, bool value) => Add(field, value ? 1 : 0);

    public Message Add(int field, params string[] values)
    {
        foreach (string value in values) Add(field, Encoding.UTF8.GetBytes(value));
        return this;
    }

    public Message Add(int field, Message value) => Add(field, value._bytes.ToArray());

    /// <summary>What gRPC sends: not compressed, its length, itself.</summary>
    public byte[] Framed()
    {
        byte[] frame = new byte[5 + _bytes.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), (int)_bytes.Length);
        _bytes.ToArray().CopyTo(frame, 5);
        return frame;
    }

    private Message Add(int field, byte[] value)
    {
        Varint((ulong)(field << 3 | Bytes));
        Varint((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7) _bytes.WriteByte((byte)(value | 0x80));
        _bytes.WriteByte((byte)value);
    }
}
