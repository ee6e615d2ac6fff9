using System.Text;

namespace Minirun.Engine.Logs.Gelf;

/// <summary>One line as GELF 1.1 has it. What is the same in all lines is made once.</summary>
internal sealed class GelfMessage
{
    private readonly ByteWriter _json = new(1024);
    private readonly byte[] _start, _end;

    public GelfMessage(LogOptions options, LogContext context)
    {
        var start = new ByteWriter();
        start.Add("{\"version\":\"1.1\",\"host\":"u8);
        JsonText.Add(start, context.Host);
        start.Add(",\"short_message\":"u8);
        _start = start.Written.ToArray();

        var end = new ByteWriter();
        foreach (var (name, value) in Extra(options, context))
        {
            end.Add((byte)',');
            JsonText.Add(end, name);
            end.Add((byte)':');
            JsonText.Add(end, value);
        }
        end.Add((byte)'}');
        _end = end.Written.ToArray();
    }

    /// <summary>Valid until the next call.</summary>
    public ReadOnlySpan<byte> Write(in LogMessage message)
    {
        _json.Clear();
        _json.Add(_start);
        JsonText.Add(_json, message.Line);
        _json.Add(",\"timestamp\":"u8);
        AddSeconds(message.Time / 1_000_000);
        _json.Add(message.Source == LogSource.Stderr ? ",\"level\":3"u8 : ",\"level\":6"u8);
        _json.Add(_end);
        return _json.Written;
    }

    /// <summary>Seconds since 1970, with milliseconds as far as there are any.</summary>
    private void AddSeconds(long milliseconds)
    {
        _json.Add(milliseconds / 1000);
        int rest = (int)(milliseconds % 1000);
        if (rest == 0) return;
        _json.Add((byte)'.');
        for (int unit = 100; rest > 0; unit /= 10)
        {
            _json.Add((byte)('0' + (rest / unit)));
            rest %= unit;
        }
    }

    private static SortedDictionary<string, string> Extra(LogOptions options, LogContext context)
    {
        var created = new ByteWriter();
        new LogTime().AddNano(created, context.Created);
        SortedDictionary<string, string> extra = new(StringComparer.Ordinal);
        foreach (var (name, value) in LogAttributes.Of(options, context)) extra["_" + name] = value;
        extra["_command"] = string.Join(' ', context.Command);
        extra["_container_id"] = context.Id;
        extra["_container_name"] = context.Name;
        extra["_created"] = Encoding.ASCII.GetString(created.Written);
        extra["_image_id"] = context.ImageId;
        extra["_image_name"] = context.ImageName;
        extra["_tag"] = TagTemplate.Of(options, context);
        return extra;
    }
}
