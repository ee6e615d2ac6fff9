using System.Buffers.Binary;

namespace Minirun.Engine.Attach;

/// <summary>A message as it came: a kind that we do not know is another minirun's, and means nothing to us.</summary>
/// <param name="Data">Whoever received it has it until he receives the next.</param>
public readonly record struct AttachMessage(AttachKind Kind, ReadOnlyMemory<byte> Data);

/// <summary>The size of a terminal.</summary>
public readonly record struct AttachSize(ushort Rows, ushort Columns);

/// <summary>How a container ended.</summary>
/// <param name="TimeIsOver">--timeout ended it.</param>
/// <param name="NoMemory">The kernel ended one of its processes for want of memory.</param>
public readonly record struct AttachEnd(int ExitCode, bool TimeIsOver, bool NoMemory);

/// <summary>
/// The bytes that a container's monitor and those who are attached send each other over attach.sock (SOCK_SEQPACKET): a message is one byte
/// that says what it is, and the data. Both sides may be of another version of minirun.
/// </summary>
internal static class AttachProtocol
{
    private const int SizeLength = 5, ShortestEnd = 5, EndLength = 6;
    private const byte TimeIsOver = 1, NoMemory = 2;

    public static byte[] Write(AttachKind kind, ReadOnlySpan<byte> data) => [(byte)kind, .. data];

    public static byte[] Write(AttachSize size)
    {
        byte[] message = new byte[SizeLength];
        message[0] = (byte)AttachKind.Resize;
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(1), size.Rows);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(3), size.Columns);
        return message;
    }

    public static byte[] Write(AttachEnd end)
    {
        byte[] message = new byte[EndLength];
        message[0] = (byte)AttachKind.Ended;
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(1), end.ExitCode);
        message[5] = (byte)((end.TimeIsOver ? TimeIsOver : 0) | (end.NoMemory ? NoMemory : 0));
        return message;
    }

    /// <param name="bytes">A whole message, not empty.</param>
    public static AttachMessage Read(ReadOnlyMemory<byte> bytes) => new((AttachKind)bytes.Span[0], bytes[1..]);

    /// <summary>Null: the message is too short, or another one.</summary>
    public static AttachSize? ReadSize(AttachMessage message) =>
        message.Kind != AttachKind.Resize || message.Data.Length < SizeLength - 1
            ? null
            : new(BinaryPrimitives.ReadUInt16LittleEndian(message.Data.Span),
                BinaryPrimitives.ReadUInt16LittleEndian(message.Data.Span[2..]));

    /// <summary>Null: the message is too short, or another one. The monitor of an older minirun says no more than the exit code.</summary>
    public static AttachEnd? ReadEnd(AttachMessage message)
    {
        ReadOnlySpan<byte> data = message.Data.Span;
        if (message.Kind != AttachKind.Ended || data.Length < ShortestEnd - 1) return null;
        byte more = data.Length < EndLength - 1 ? (byte)0 : data[4];
        return new(BinaryPrimitives.ReadInt32LittleEndian(data), (more & TimeIsOver) != 0, (more & NoMemory) != 0);
    }
}
