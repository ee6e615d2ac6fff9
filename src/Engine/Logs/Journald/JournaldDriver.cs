using Minirun.Engine.Logs.Sending;
using Minirun.Engine.Sockets;
using Minirun.Runtime;

namespace Minirun.Engine.Logs.Journald;

/// <summary>Sends to systemd-journald, in its own protocol: each line with fields that journalctl can select by.</summary>
internal sealed class JournaldDriver(Sender sender, byte[] fields) : SenderDriver(Kind.Name, sender)
{
    public static readonly LogDriverKind Kind = new("journald", ["tag", .. LogAttributes.Options], Check, Open, IsReadable: true);

    /// <summary>Tests have a daemon of their own.</summary>
    internal static string Socket { get; set; } = "/run/systemd/journal/socket";

    public override void Log(in LogMessage message)
    {
        ByteWriter record = Sender.Begin();
        record.Add(message.Source == LogSource.Stderr ? "PRIORITY=3\nMESSAGE="u8 : "PRIORITY=6\nMESSAGE="u8);
        record.Add(message.Line);
        record.Add((byte)'\n');
        record.Add(fields);
        if (message.Partial is { } partial) AddPartial(record, partial);
        Sender.Commit();
    }

    private static void AddPartial(ByteWriter record, LogPartial partial)
    {
        JournalField.Add(record, "CONTAINER_PARTIAL_ID", partial.Id);
        record.Add("CONTAINER_PARTIAL_ORDINAL="u8);
        record.Add((long)partial.Ordinal);
        record.Add(
            partial.IsLast ? "\nCONTAINER_PARTIAL_LAST=true\n"u8 : "\nCONTAINER_PARTIAL_LAST=false\nCONTAINER_PARTIAL_MESSAGE=true\n"u8);
    }

    private static void Check(LogOptions options)
    {
        LogAttributes.Check(options);
        TagTemplate.Check(options);
    }

    private static JournaldDriver Open(LogOptions options, LogContext context)
    {
        if (!File.Exists(Socket)) throw new UserError("journald is not enabled on this host", $"there is no {Socket}");
        var sender = new Sender(new Endpoint("unixgram", Socket, 0), Retry.Always, Limit(options)) { SendOversize = SealedFile.Send };
        sender.Require(Kind.Name);
        return new JournaldDriver(sender, Fields(options, context));
    }

    private static byte[] Fields(LogOptions options, LogContext context)
    {
        string tag = TagTemplate.Of(options, context);
        var fields = new ByteWriter();
        JournalField.Add(fields, "CONTAINER_ID", context.ShortId);
        JournalField.Add(fields, "CONTAINER_ID_FULL", context.Id);
        JournalField.Add(fields, "CONTAINER_NAME", context.Name);
        JournalField.Add(fields, "CONTAINER_TAG", tag);
        JournalField.Add(fields, "IMAGE_NAME", context.ImageName);
        JournalField.Add(fields, "SYSLOG_IDENTIFIER", tag);
        foreach (var (name, value) in LogAttributes.Of(options, context))
            if (JournalField.Name(name) is { Length: > 0 } field) JournalField.Add(fields, field, value);
        return fields.Written.ToArray();
    }
}
