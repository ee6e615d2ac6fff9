using System.Globalization;
using System.Text;

namespace Minirun.Engine.Volumes.Serving;

/// <summary>A request of HTTP/1.1: what is called, and with what.</summary>
internal sealed record PluginRequest(string Call, byte[] Body)
{
    /// <summary>All of its bytes, head and body.</summary>
    public int Length { get; private init; }

    /// <summary>Reads the first request in these bytes: null when it is not whole yet.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static PluginRequest? Parse(ReadOnlySpan<byte> bytes)
    {
        int head = bytes.IndexOf("\r\n\r\n"u8);
        if (head < 0) return null;
        string[] lines = Encoding.Latin1.GetString(bytes[..head]).Split("\r\n");
        string[] first = lines[0].Split(' ');
        if (first.Length != 3 || !first[2].StartsWith("HTTP/1.", StringComparison.Ordinal) || !first[1].StartsWith('/'))
            throw new FormatException("no request of HTTP");
        int length = 0;
        for (int i = 1; i < lines.Length; i++)
        {
            int colon = lines[i].IndexOf(':');
            if (colon < 0) continue;
            string name = lines[i][..colon].Trim(), value = lines[i][(colon + 1)..].Trim();
            if (name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
                throw new FormatException("a body without its length");
            if (name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)
                && !int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out length))
                throw new FormatException("a Content-Length that is not a number");
        }
        ReadOnlySpan<byte> rest = bytes[(head + 4)..];
        return rest.Length < length ? null : new PluginRequest(first[1][1..], rest[..length].ToArray()) { Length = head + 4 + length };
    }
}
