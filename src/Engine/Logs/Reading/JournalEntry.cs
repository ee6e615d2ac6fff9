using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Minirun.Engine.Logs.Reading;

/// <summary>A line of `journalctl --output=json`: an entry of the journal as a record of a log.</summary>
internal sealed class JournalEntry
{
    private const string Errors = "3";   // LOG_ERR
    private static readonly string[] s_known = ["MESSAGE", "PRIORITY", "IMAGE_NAME"];
    private byte[] _line = [], _attributes = [];
    private LogSource _source;
    private long _time;

    public LogRecord Record => new() { Line = _line, Source = _source, Time = _time, Attributes = _attributes };

    /// <summary>False when it is no entry of ours.</summary>
    public bool TryParse(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            using var document = JsonDocument.ParseValue(ref reader);
            JsonElement entry = document.RootElement;
            if (!entry.TryGetProperty("MESSAGE", out JsonElement message)
                || !long.TryParse(Text(entry, "__REALTIME_TIMESTAMP"), CultureInfo.InvariantCulture, out long microseconds))
                return false;
            _time = microseconds * 1000;
            _source = Text(entry, "PRIORITY") == Errors ? LogSource.Stderr : LogSource.Stdout;
            _line = Text(entry, "CONTAINER_PARTIAL_MESSAGE") == "true" ? Bytes(message) : [.. Bytes(message), (byte)'\n'];
            _attributes = Attributes(entry);
            return true;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }

    private static string Text(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    /// <summary>What is no text is an array of numbers; of a field that is there several times, the first.</summary>
    private static byte[] Bytes(JsonElement message) => message.ValueKind switch
    {
        JsonValueKind.String => Encoding.UTF8.GetBytes(message.GetString()!),
        JsonValueKind.Array when message.GetArrayLength() > 0 && message[0].ValueKind is not JsonValueKind.Number => Bytes(message[0]),
        JsonValueKind.Array => [.. message.EnumerateArray().Select(number => number.GetByte())],
        _ => [],
    };

    /// <summary>Labels and variables, as fields are called; all others are the driver's or the journal's.</summary>
    private static byte[] Attributes(JsonElement entry)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            foreach (JsonProperty field in entry.EnumerateObject())
                if (field.Value.ValueKind == JsonValueKind.String && field.Name[0] != '_' && Array.IndexOf(s_known, field.Name) < 0
                    && !field.Name.StartsWith("CONTAINER_", StringComparison.Ordinal)
                    && !field.Name.StartsWith("SYSLOG_", StringComparison.Ordinal))
                    field.WriteTo(writer);
            writer.WriteEndObject();
        }
        return stream.ToArray();
    }
}
