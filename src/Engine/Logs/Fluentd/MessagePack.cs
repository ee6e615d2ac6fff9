using System.Buffers.Binary;

namespace Minirun.Engine.Logs.Fluentd;

/// <summary>As much of MessagePack as the forward protocol needs.</summary>
internal static class MessagePack
{
    public static void AddArray(ByteWriter output, int count) => output.Add((byte)(0x90 + count));

    public static void AddMap(ByteWriter output, int count)
    {
        if (count < 16)
        {
            output.Add((byte)(0x80 + count));
            return;
        }
        output.Add((byte)0xde);
        Add16(output, count);
    }

    public static void Add(ByteWriter output, ReadOnlySpan<byte> text)
    {
        if (text.Length < 32)
        {
            output.Add((byte)(0xa0 + text.Length));
        }
        else if (text.Length < 256)
        {
            output.Add((byte)0xd9);
            output.Add((byte)text.Length);
        }
        else if (text.Length < 65536)
        {
            output.Add((byte)0xda);
            Add16(output, text.Length);
        }
        else
        {
            output.Add((byte)0xdb);
            Add32(output, (uint)text.Length);
        }
        output.Add(text);
    }

    public static void AddNumber(ByteWriter output, uint number)
    {
        output.Add((byte)0xce);
        Add32(output, number);
    }

    /// <summary>Fluentd's EventTime: seconds and nanoseconds, as an extension of type 0.</summary>
    public static void AddEventTime(ByteWriter output, long nanoseconds)
    {
        output.Add([0xd7, 0]);
        Add32(output, (uint)(nanoseconds / 1_000_000_000));
        Add32(output, (uint)(nanoseconds % 1_000_000_000));
    }

    private static void Add16(ByteWriter output, int number)
    {
        BinaryPrimitives.WriteUInt16BigEndian(output.Room(2), (ushort)number);
        output.Advance(2);
    }

    private static void Add32(ByteWriter output, uint number)
    {
        BinaryPrimitives.WriteUInt32BigEndian(output.Room(4), number);
        output.Advance(4);
    }
}
