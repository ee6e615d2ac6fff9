using System.Text.Json;
using Minirun.Linux;

namespace Minirun.Engine.Logs.Reading;

/// <summary>Prints records as `docker logs` does.</summary>
/// <param name="times">With the time before each.</param>
/// <param name="details">With labels and variables before each.</param>
public sealed class LogPrinter(Stream stdout, Stream stderr, bool times = false, bool details = false)
{
    private readonly ByteWriter _text = new(4096);
    private readonly LogTime _time = new();

    /// <summary>False when nobody reads any more.</summary>
    /// <exception cref="LinuxException">It cannot be written: a log that is cut is no success.</exception>
    public bool Print(in LogRecord record)
    {
        _text.Clear();
        if (times)
        {
            _time.Add(_text, record.Time, digits: 9);
            _text.Add("Z "u8);
        }
        if (details) AddDetails(record.Attributes);
        _text.Add(record.Line);
        try
        {
            (record.Source == LogSource.Stdout ? stdout : stderr).Write(_text.Written);
            return true;
        }
        catch (LinuxException error) when (error.Number == Errno.EPIPE)
        {
            return false;
        }
    }

    private void AddDetails(ReadOnlySpan<byte> attributes)
    {
        SortedDictionary<string, string> sorted = new(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(attributes);
        string? name = null;
        try
        {
            while (attributes.Length > 0 && reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName) name = reader.GetString();
                else if (reader.TokenType == JsonTokenType.String && name is not null) sorted[name] = reader.GetString()!;
            }
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair: somebody else wrote this.
        }
        int start = _text.Length;
        foreach (var (key, value) in sorted)
        {
            if (_text.Length > start) _text.Add((byte)',');
            _text.Add(Escape(key));
            _text.Add((byte)'=');
            _text.Add(Escape(value));
        }
        _text.Add((byte)' ');
    }

    private static string Escape(string text) => Uri.EscapeDataString(text).Replace("%20", "+");
}
