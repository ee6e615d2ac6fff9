using System.Buffers;
using System.Text;

namespace Minirun.Engine;

/// <summary>
/// JSON strings as Docker writes them: besides what JSON asks for, &lt; &gt; &amp; and U+2028 and U+2029 are escaped, and each byte that is
/// not UTF-8 becomes \ufffd. Its two encoders differ in the tab.
/// </summary>
internal static class JsonText
{
    private static readonly SearchValues<byte> s_plain =
        SearchValues.Create(" !#$%'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~\x7f"u8);

    /// <summary>With quotes.</summary>
    public static void Add(ByteWriter output, ReadOnlySpan<byte> text, bool shortTab = true)
    {
        output.Add((byte)'"');
        AddInner(output, text, shortTab);
        output.Add((byte)'"');
    }

    public static void Add(ByteWriter output, string text) => Add(output, Encoding.UTF8.GetBytes(text));

    /// <summary>Without quotes.</summary>
    public static void AddInner(ByteWriter output, ReadOnlySpan<byte> text, bool shortTab)
    {
        while (!text.IsEmpty)
        {
            int plain = text.IndexOfAnyExcept(s_plain);
            if (plain < 0) plain = text.Length;
            output.Add(text[..plain]);
            text = text[plain..];
            if (!text.IsEmpty) text = text[(text[0] < 0x80 ? Ascii(output, text[0], shortTab) : Wide(output, text))..];
        }
    }

    private static int Ascii(ByteWriter output, byte c, bool shortTab)
    {
        ReadOnlySpan<byte> escape = c switch
        {
            (byte)'"' => "\\\""u8,
            (byte)'\\' => "\\\\"u8,
            (byte)'\n' => "\\n"u8,
            (byte)'\r' => "\\r"u8,
            (byte)'\t' when shortTab => "\\t"u8,
            _ => [],
        };
        if (escape.IsEmpty)
        {
            output.Add("\\u00"u8);
            output.Add("0123456789abcdef"u8[c >> 4]);
            output.Add("0123456789abcdef"u8[c & 15]);
        }
        output.Add(escape);
        return 1;
    }

    private static int Wide(ByteWriter output, ReadOnlySpan<byte> text)
    {
        if (Rune.DecodeFromUtf8(text, out Rune rune, out int length) != OperationStatus.Done)
        {
            // One replacement for each byte of a broken sequence.
            output.Add("\\ufffd"u8);
            return 1;
        }
        if (rune.Value == 0x2028) output.Add("\\u2028"u8);
        else if (rune.Value == 0x2029) output.Add("\\u2029"u8);
        else output.Add(text[..length]);
        return length;
    }
}
