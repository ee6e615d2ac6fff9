using System.Buffers.Text;
using Minirun.Engine.Logs.Sending;
using Minirun.Engine.Sockets;
using Minirun.Runtime;
using Minirun.Runtime.State;

namespace Minirun.Engine.Logs.Fluentd;

/// <summary>Sends to Fluentd or Fluent Bit: the forward protocol, one message a line.</summary>
internal sealed class FluentdDriver(Sender sender, FluentdMessage format, bool wantsAcknowledgement) : SenderDriver(Kind.Name, sender)
{
    public static readonly LogDriverKind Kind = new("fluentd",
        [
            "fluentd-address", "fluentd-async", "fluentd-async-connect", "fluentd-buffer-limit", "fluentd-max-retries",
                "fluentd-retry-wait", "fluentd-request-ack",
            "fluentd-sub-second-precision", "tag", .. LogAttributes.Options,
        ], Check, Open);

    private static readonly string[] s_networks = ["tcp", "udp", "unix"];

    public override void Log(in LogMessage message)
    {
        ByteWriter record = Sender.Begin();
        format.Write(record, message);
        if (wantsAcknowledgement)
        {
            // The id of a message is the end of its record: see FluentdAcknowledgement.
            Span<byte> id = stackalloc byte[16];
            RandomId.Fill(id);
            MessagePack.AddMap(record, 1);
            MessagePack.Add(record, "chunk"u8);
            record.Add((byte)(0xa0 + FluentdAcknowledgement.IdLength));
            Base64.EncodeToUtf8(id, record.Room(FluentdAcknowledgement.IdLength), out _, out int written);
            record.Advance(written);
        }
        else
        {
            MessagePack.AddMap(record, 0);
        }
        Sender.Commit();
    }

    private static void Check(LogOptions options)
    {
        _ = Address(options);
        _ = BufferLimit(options);
        _ = Reconnect(options);
        _ = options.Flag("fluentd-request-ack");
        _ = options.Flag("fluentd-sub-second-precision");
        _ = IsAsync(options);
        if (options.Has("fluentd-async") && options.Has("fluentd-async-connect"))
            throw new UserError("conflicting options: cannot specify both 'fluentd-async' and 'fluentd-async-connect'",
                "they mean the same: keep fluentd-async");
        LogAttributes.Check(options);
        TagTemplate.Check(options);
    }

    private static bool IsAsync(LogOptions options) => options.Flag("fluentd-async") ?? options.Flag("fluentd-async-connect") ?? false;

    private static int BufferLimit(LogOptions options) => (int)Math.Min(options.Size("fluentd-buffer-limit") ?? 256 << 10, 1 << 30);

    private static Retry Reconnect(LogOptions options) =>
        new(options.Number("fluentd-max-retries", 0, int.MaxValue) ?? 0, options.Duration("fluentd-retry-wait") ?? 1_000_000_000);

    private static Endpoint Address(LogOptions options)
    {
        string text = options.Text("fluentd-address") is { Length: > 0 } given ? given : "127.0.0.1:24224";
        return text.Contains("://")
            ? Endpoint.Parse("fluentd-address", text, s_networks, 24224)
            : Endpoint.HostAndPort("fluentd-address", "tcp", text, 24224);
    }

    private static FluentdDriver Open(LogOptions options, LogContext context)
    {
        Endpoint address = Address(options);
        bool acknowledged = (options.Flag("fluentd-request-ack") ?? false) && address.IsStream;
        var sender = new Sender(address, Reconnect(options),
            BufferLimit(options))
        { Acknowledger = acknowledged ? FluentdAcknowledgement.Read : null };
        if (!IsAsync(options)) sender.Require(Kind.Name);
        return new FluentdDriver(sender, new FluentdMessage(options, context), acknowledged);
    }
}
