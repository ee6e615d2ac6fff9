using Minirun.Engine.Logs.Sending;
using Minirun.Engine.Sockets;
using Minirun.Runtime;

namespace Minirun.Engine.Logs.Syslog;

/// <summary>Sends to a syslog daemon, here or elsewhere.</summary>
internal sealed class SyslogDriver(Sender sender, SyslogFormat format) : SenderDriver(Kind.Name, sender)
{
    public static readonly LogDriverKind Kind = new("syslog",
        ["syslog-address", "syslog-facility", "syslog-format", "syslog-tls-ca-cert", "syslog-tls-cert", "syslog-tls-key",
            "syslog-tls-skip-verify", "tag", .. LogAttributes.Options],
            Check, Open);

    private static readonly string[] s_networks = ["udp", "tcp", Endpoint.Tls, "unix", "unixgram"];
    private static readonly string[] s_local = ["/dev/log", "/var/run/syslog", "/var/run/log"];

    public override void Log(in LogMessage message)
    {
        // As Docker does: an empty line is nothing to a syslog daemon.
        if (message.Line.IsEmpty) return;
        format.Write(Sender.Begin(), message);
        Sender.Commit();
    }

    private static void Check(LogOptions options)
    {
        _ = Address(options);
        _ = Tls(options);
        _ = SyslogFacility.Of(options);
        SyslogFormat.Check(options);
        LogAttributes.Check(options);
        TagTemplate.Check(options);
    }

    private static Endpoint? Address(LogOptions options)
    {
        if (options.Text("syslog-address") is not { Length: > 0 } text) return null;
        Endpoint address = Endpoint.Parse("syslog-address", text, s_networks, 514);
        if (address.Network == Endpoint.Tls) TlsRelay.Require($"syslog-address {text}");
        return address;
    }

    private static TlsOptions Tls(LogOptions options)
    {
        var tls = new TlsOptions(
            TlsOptions.File(options.Text("syslog-tls-ca-cert")), TlsOptions.File(options.Text("syslog-tls-cert")),
                TlsOptions.File(options.Text("syslog-tls-key")),
            options.Text("syslog-tls-skip-verify") is "" || options.Flag("syslog-tls-skip-verify") == true);
        if (tls.Cert is null != tls.Key is null)
            throw new UserError("syslog-tls-cert and syslog-tls-key belong together", "a certificate and its key, or neither");
        foreach (string? path in (string?[])[tls.CaCert, tls.Cert, tls.Key])
            if (path is not null && !File.Exists(path))
                throw new UserError($"syslog-tls: there is no {path}", "PEM files of this machine, with absolute paths");
        return tls;
    }

    private static SyslogDriver Open(LogOptions options, LogContext context)
    {
        Endpoint? address = Address(options);
        Sender sender = address is null ? Local(options) : Connect(address, options);
        return new SyslogDriver(sender, new SyslogFormat(options, context, isCounted: address?.Network == Endpoint.Tls));
    }

    private static Sender Local(LogOptions options)
    {
        // As syslog(3) does: datagrams, and a stream where the daemon wants one.
        foreach (string path in s_local)
            foreach (string network in (string[])["unixgram", "unix"])
                if (File.Exists(path) && TryConnect(new Endpoint(network, path, 0), options) is { } sender) return sender;
        throw new UserError("failed to initialize logging driver: syslog: no daemon listens at " + string.Join(", ", s_local),
            "start one, or give --log-opt syslog-address=…");
    }

    private static Sender? TryConnect(Endpoint address, LogOptions options)
    {
        try
        {
            return Connect(address, options);
        }
        catch (UserError)
        {
            return null;
        }
    }

    private static Sender Connect(Endpoint address, LogOptions options)
    {
        var sender = new Sender(address, Retry.Always, Limit(options), address.Network == Endpoint.Tls ? Tls(options) : null);
        sender.Require(Kind.Name);
        return sender;
    }
}
