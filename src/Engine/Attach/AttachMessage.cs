using System.Buffers.Binary;

namespace Minirun.Engine.Attach;

/// <summary>
/// What a container's monitor and those who are attached say to each other over attach.sock (SOCK_SEQPACKET): a message is one byte that
/// says what it is, and the data.
/// </summary>
public static class AttachMessage
{
    /// <summary>To the monitor: bytes for the container's standard input.</summary>
    public const byte Input = 0;

    /// <summary>From the monitor: bytes that the container wrote to its standard output.</summary>
    public const byte Output = 1;

    /// <summary>From the monitor: bytes that the container wrote to its standard error.</summary>
    public const byte Error = 2;

    /// <summary>From the monitor, the last: how the container ended (<see cref="ReadEnd"/>).</summary>
    public const byte Ended = 3;

    /// <summary>To the monitor: the size of the terminal (<see cref="ReadSize"/>).</summary>
    public const byte Resize = 4;

    /// <summary>To the monitor: there is no more input.</summary>
    public const byte EndOfInput = 5;

    /// <summary>From the monitor, the first: it is there.</summary>
    public const byte Welcome = 6;

    /// <summary>Bytes of a message with a size, and of one with an end.</summary>
    public const int SizeLength = 5, EndLength = 6;

    private const byte TimeIsOver = 1, NoMemory = 2;

    /// <summary>A whole message.</summary>
    public static void WriteSize(Span<byte> message, ushort rows, ushort columns)
    {
        message[0] = Resize;
        BinaryPrimitives.WriteUInt16LittleEndian(message[1..], rows);
        BinaryPrimitives.WriteUInt16LittleEndian(message[3..], columns);
    }

    /// <summary>Null: the message is too short.</summary>
    public static (ushort Rows, ushort Columns)? ReadSize(ReadOnlySpan<byte> message) => message.Length < SizeLength
        ? null
        : (BinaryPrimitives.ReadUInt16LittleEndian(message[1..]), BinaryPrimitives.ReadUInt16LittleEndian(message[3..]));

    /// <summary>A whole message.</summary>
    public static void WriteEnd(Span<byte> message, int exitCode, bool timeIsOver, bool noMemory)
    {
        message[0] = Ended;
        BinaryPrimitives.WriteInt32LittleEndian(message[1..], exitCode);
        message[5] = (byte)((timeIsOver ? TimeIsOver : 0) | (noMemory ? NoMemory : 0));
    }

    /// <summary>The monitor of an older minirun says no more than the exit code.</summary>
    public static (int ExitCode, bool TimeIsOver, bool NoMemory) ReadEnd(ReadOnlySpan<byte> message)
    {
        byte more = message.Length < EndLength ? (byte)0 : message[5];
        return (BinaryPrimitives.ReadInt32LittleEndian(message[1..]), (more & TimeIsOver) != 0, (more & NoMemory) != 0);
    }
}
