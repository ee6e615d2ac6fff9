using Minirun.Engine.Logs.Sending;
using Minirun.Engine.Sockets;
using Minirun.Runtime;

namespace Minirun.Engine.Logs.Gelf;

/// <summary>Sends JSON to Graylog, Logstash and their like: compressed and in chunks over udp, as it is over tcp.</summary>
internal sealed class GelfDriver(Sender sender, GelfMessage message, GelfDatagrams? datagrams) : SenderDriver(Kind.Name, sender)
{
    public static readonly LogDriverKind Kind = new("gelf",
        ["gelf-address", "gelf-compression-type", "gelf-compression-level", "gelf-tcp-max-reconnect", "gelf-tcp-reconnect-delay", "tag",
            .. LogAttributes.Options],
            Check, Open);

    public override void Log(in LogMessage line)
    {
        // As Docker does: a message must not be empty.
        if (line.Line.IsEmpty) return;
        ReadOnlySpan<byte> json = message.Write(line);
        if (datagrams is not null)
        {
            datagrams.Add(Sender, json);
            return;
        }
        ByteWriter record = Sender.Begin();
        record.Add(json);
        record.Add((byte)0);
        Sender.Commit();
    }

    private static void Check(LogOptions options)
    {
        Endpoint address = Address(options);
        _ = GelfDatagrams.Of(options);
        if (address.IsStream && (options.Has("gelf-compression-type") || options.Has("gelf-compression-level")))
            throw new UserError("compression is only supported on UDP",
                "drop gelf-compression-…, or give --log-opt gelf-address=udp://HOST:PORT");
        foreach (string option in (string[])["gelf-tcp-max-reconnect", "gelf-tcp-reconnect-delay"])
            if (!address.IsStream && options.Has(option))
                throw new UserError($"\"{option}\" is only valid for TCP",
                    $"drop {option}, or give --log-opt gelf-address=tcp://HOST:PORT");
        _ = Reconnect(options);
        LogAttributes.Check(options);
        TagTemplate.Check(options);
    }

    private static Endpoint Address(LogOptions options) => options.Text("gelf-address") is { Length: > 0 } text
        ? Endpoint.Parse("gelf-address", text, ["udp", "tcp"], 0)
        : throw new UserError("gelf-address is a required parameter", "for example --log-opt gelf-address=udp://192.0.2.1:12201");

    private static Retry Reconnect(LogOptions options) =>
        new(Math.Max(1, options.Number("gelf-tcp-max-reconnect", 0, 1_000_000) ?? 3),
            (options.Number("gelf-tcp-reconnect-delay", 0, 86_400) ?? 1) * 1_000_000_000L);

    private static GelfDriver Open(LogOptions options, LogContext context)
    {
        Endpoint address = Address(options);
        var sender = new Sender(address, address.IsStream ? Reconnect(options) : Retry.Always, Limit(options));
        sender.Require(Kind.Name);
        return new GelfDriver(sender, new GelfMessage(options, context), address.IsStream ? null : GelfDatagrams.Of(options));
    }
}
