using System.Text;

namespace Minirun.Engine.Logs.Fluentd;

/// <summary>[tag, time, record, …], but for the option at the end. What is the same in all lines is made once.</summary>
internal sealed class FluentdMessage
{
    private const int Own = 4, OfPartial = 4;
    private readonly byte[] _tag, _fields;
    private readonly int _count;
    private readonly bool _isPrecise;

    public FluentdMessage(LogOptions options, LogContext context)
    {
        _isPrecise = options.Flag("fluentd-sub-second-precision") ?? false;
        _tag = Encoding.UTF8.GetBytes(TagTemplate.Of(options, context));
        var fields = new ByteWriter();
        SortedDictionary<string, string> extra = LogAttributes.Of(options, context);
        foreach (string own in (string[])["container_id", "container_name", "source", "log"]) extra.Remove(own);
        Add(fields, "container_id"u8, context.Id);
        Add(fields, "container_name"u8, "/" + context.Name);
        foreach (var (name, value) in extra) Add(fields, Encoding.UTF8.GetBytes(name), value);
        _fields = fields.Written.ToArray();
        _count = Own + extra.Count;
    }

    public void Write(ByteWriter output, in LogMessage message)
    {
        MessagePack.AddArray(output, 4);
        MessagePack.Add(output, _tag);
        if (_isPrecise) MessagePack.AddEventTime(output, message.Time);
        else MessagePack.AddNumber(output, (uint)(message.Time / 1_000_000_000));
        MessagePack.AddMap(output, _count + (message.Partial is null ? 0 : OfPartial));
        output.Add(_fields);
        MessagePack.Add(output, "source"u8);
        MessagePack.Add(output, message.Source == LogSource.Stderr ? "stderr"u8 : "stdout"u8);
        MessagePack.Add(output, "log"u8);
        MessagePack.Add(output, message.Line);
        if (message.Partial is not { } partial) return;
        Add(output, "partial_message"u8, "true");
        Add(output, "partial_id"u8, partial.Id);
        Add(output, "partial_ordinal"u8, partial.Ordinal.ToString());
        Add(output, "partial_last"u8, partial.IsLast ? "true" : "false");
    }

    private static void Add(ByteWriter output, ReadOnlySpan<byte> name, string value)
    {
        MessagePack.Add(output, name);
        MessagePack.Add(output, Encoding.UTF8.GetBytes(value));
    }
}
