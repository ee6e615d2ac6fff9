namespace Minirun.Engine.Logs.Fluentd;

/// <summary>The answer to a message: {"ack": ID}, in the order in which messages were sent.</summary>
internal static class FluentdAcknowledgement
{
    /// <summary>16 random bytes in base64.</summary>
    public const int IdLength = 24;

    /// <summary>As <see cref="Sending.Acknowledger"/>.</summary>
    public static int Read(ReadOnlySpan<byte> received, ReadOnlySpan<byte> first, out bool acknowledged)
    {
        acknowledged = false;
        int start = received.IndexOf("ack"u8);
        if (start < 0) return 0;
        ReadOnlySpan<byte> text = received[(start + 3)..];
        if (text.IsEmpty) return 0;
        int head = text[0] switch { >= 0xa0 and <= 0xbf => 1, 0xd9 => 2, _ => 0 };
        // Something that is no text: pass over it.
        if (head == 0) return start + 3;
        if (text.Length < head) return 0;
        int length = head == 1 ? text[0] & 0x1f : text[1];
        if (text.Length < head + length) return 0;
        acknowledged = text.Slice(head, length).SequenceEqual(first[^IdLength..]);
        return start + 3 + head + length;
    }
}
