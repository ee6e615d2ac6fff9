using System.Text.Json;

namespace Minirun.Engine.Logs.Reading;

/// <summary>Reads one line of a json-file log, whoever wrote it.</summary>
internal sealed class LogRecordParser
{
    private byte[] _line = new byte[64 * 1024];

    /// <summary>False for what is no record: half of one after a crash, or anything else.</summary>
    public bool TryParse(ReadOnlySpan<byte> json, out LogRecord record)
    {
        record = default;
        try
        {
            return Parse(json, out record);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            // InvalidOperationException: a string that is not UTF-8, or half of a surrogate pair.
            return false;
        }
    }

    private bool Parse(ReadOnlySpan<byte> json, out LogRecord record)
    {
        record = default;
        if (_line.Length < json.Length) _line = new byte[json.Length];
        int length = -1;
        long? time = null;
        LogSource source = LogSource.Stdout;
        ReadOnlySpan<byte> attributes = [];
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isLog = reader.ValueTextEquals("log"u8), isStream = reader.ValueTextEquals("stream"u8),
                isTime = reader.ValueTextEquals("time"u8), isAttributes = reader.ValueTextEquals("attrs"u8);
            reader.Read();
            if (isLog) length = reader.CopyString(_line);
            else if (isStream) source = reader.ValueTextEquals("stderr"u8) ? LogSource.Stderr : LogSource.Stdout;
            else if (isTime) time = LogMoment.Rfc3339(reader.GetString() ?? "");
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isAttributes && json[start] == '{') attributes = json[start..(int)reader.BytesConsumed];
        }
        if (length < 0 || time is null || reader.TokenType != JsonTokenType.EndObject || reader.Read()) return false;
        record = new LogRecord { Line = _line.AsSpan(0, length), Source = source, Time = time.Value, Attributes = attributes };
        return true;
    }
}
