using System.Globalization;
using System.Text;

namespace Minirun.Engine.Volumes.Plugins;

/// <summary>An answer of HTTP/1.1: its number and its body, with a length, in chunks, or up to the end.</summary>
internal sealed record PluginAnswer(int Status, byte[] Body)
{
    /// <summary>Reads an answer that may not be whole yet: null then.</summary>
    /// <param name="ended">Nothing comes after it.</param>
    /// <exception cref="FormatException">It is none.</exception>
    public static PluginAnswer? Parse(ReadOnlySpan<byte> bytes, bool ended)
    {
        int head = bytes.IndexOf("\r\n\r\n"u8);
        if (head < 0) return ended ? throw new FormatException("it ends within its head") : null;
        string[] lines = Encoding.Latin1.GetString(bytes[..head]).Split("\r\n");
        string[] first = lines[0].Split(' ', 3);
        if (first.Length < 2 || !first[0].StartsWith("HTTP/1.", StringComparison.Ordinal)
            || !int.TryParse(first[1], NumberStyles.None, CultureInfo.InvariantCulture, out int status))
            throw new FormatException("it is not an answer of HTTP");
        ReadOnlySpan<byte> rest = bytes[(head + 4)..];
        if (status is >= 100 and < 200) return Parse(rest, ended);
        int length = -1;
        bool chunked = false;
        for (int i = 1; i < lines.Length; i++)
        {
            int colon = lines[i].IndexOf(':');
            if (colon < 0) continue;
            string name = lines[i][..colon].Trim(), value = lines[i][(colon + 1)..].Trim();
            if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
                length = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int given)
                    ? given
                    : throw new FormatException("its Content-Length is not a number");
            if (name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
                chunked = value.EndsWith("chunked", StringComparison.OrdinalIgnoreCase);
        }
        if (chunked) return Chunks(rest, ended) is { } whole ? new(status, whole) : null;
        if (status is 204 or 304) return new(status, []);
        if (length < 0) return ended ? new(status, rest.ToArray()) : null;
        if (rest.Length >= length) return new(status, rest[..length].ToArray());
        return ended ? throw new FormatException("it ends within its body") : null;
    }

    private static byte[]? Chunks(ReadOnlySpan<byte> bytes, bool ended)
    {
        var whole = new MemoryStream();
        for (; ; )
        {
            int line = bytes.IndexOf("\r\n"u8);
            if (line < 0) break;
            string size = Encoding.Latin1.GetString(bytes[..line]).Split(';')[0].Trim();
            if (!int.TryParse(size, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int length) || length < 0)
                throw new FormatException("a chunk's length is not a number");
            if (length == 0) return whole.ToArray();
            if (bytes.Length - line - 4 < length) break;
            whole.Write(bytes.Slice(line + 2, length));
            bytes = bytes[(line + 2 + length + 2)..];
        }
        return ended ? throw new FormatException("it ends within a chunk") : null;
    }
}
