using System.Net.Sockets;
using System.Text.Json;
using Minirun.Engine.Logs;
using Minirun.Engine.Tests.Tls;

namespace Minirun.Engine.Tests.Logs.Peers;

/// <summary>rsyslogd with a configuration of its own, which writes what it has understood as JSON.</summary>
public sealed class SyslogPeer(string network, string format) : LogPeer
{
    private readonly TestAuthority? _authority = network == Tls ? new() : null;
    private readonly string _directory = Directory.CreateTempSubdirectory("minirun-syslog-").FullName;
    private readonly int _port = Waiting.FreePort(network == "udp" ? ProtocolType.Udp : ProtocolType.Tcp);
    private PeerProgram? _daemon;

    public override string? Missing => PeerProgram.Find("rsyslogd") is null ? "rsyslogd is not here: apt-get install rsyslog"
        : _authority is null ? null
        : TlsProgram.Missing ?? (StreamDriver is null ? "rsyslogd has no TLS here: apt-get install rsyslog-gnutls" : null);

    private const string Tls = "tcp+tls";

    /// <summary>rsyslog's ways to TLS: GnuTLS, OpenSSL.</summary>
    private static string? StreamDriver =>
        ((string[])["gtls", "ossl"]).FirstOrDefault(
            name => Directory.EnumerateDirectories("/usr/lib", "rsyslog",
                new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
                .Any(path => File.Exists($"{path}/lmnsd_{name}.so")));

    public override bool TakesEmptyLines => false;

    public override string[] Options => [
        $"syslog-address={(network == "unixgram" ? $"unixgram://{_directory}/socket" : $"{network}://127.0.0.1:{_port}")}",
        $"syslog-format={format}", "syslog-facility=local3", "tag={{.Name}}",
        .. _authority is null
            ? []
            : (string[])["syslog-tls-ca-cert=" + _authority.CaCert, "syslog-tls-cert=" + _authority.ClientCert,
                "syslog-tls-key=" + _authority.ClientKey]];

    public PeerProgram Daemon => _daemon!;

    public override void Start()
    {
        string input = network == "unixgram"
            ? $"module(load=\"imuxsock\" SysSock.Use=\"off\") input(type=\"imuxsock\" Socket=\"{_directory}/socket\" "
                + $"RateLimit.Interval=\"0\" UseSysTimeStamp=\"off\" Annotate=\"off\" UsePIDFromSystem=\"off\")"
            : _authority is not null
            ? $"module(load=\"imtcp\" StreamDriver.Name=\"{StreamDriver}\" StreamDriver.Mode=\"1\" "
                + $"StreamDriver.AuthMode=\"x509/certvalid\") input(type=\"imtcp\" address=\"127.0.0.1\" port=\"{_port}\")"
            : $"module(load=\"im{network}\") input(type=\"im{network}\" address=\"127.0.0.1\" port=\"{_port}\")";
        string certificates = _authority is null
            ? ""
            : $"DefaultNetstreamDriverCAFile=\"{_authority.CaCert}\" DefaultNetstreamDriverCertFile=\"{_authority.ServerCert}\" "
                + $"DefaultNetstreamDriverKeyFile=\"{_authority.ServerKey}\"";
        File.WriteAllText(_directory + "/conf", $$"""
            global({{certificates}} maxMessageSize="128k" workDirectory="{{_directory}}" parser.escapeControlCharactersOnReceive="off")
            {{input}}
            template(name="json" type="list" option.jsonf="on") {
              property(outname="msg" name="msg" format="jsonf")
              property(outname="severity" name="syslogseverity" format="jsonf")
              property(outname="facility" name="syslogfacility-text" format="jsonf")
              property(outname="app" name="app-name" format="jsonf")
              property(outname="pid" name="procid" format="jsonf")
              property(outname="host" name="hostname" format="jsonf")
              property(outname="version" name="protocol-version" format="jsonf")
            }
            action(type="omfile" file="{{_directory}}/out" template="json" FileCreateMode="0666")
            """);
        _daemon = new PeerProgram(PeerProgram.Find("rsyslogd")!, "-n", "-f", _directory + "/conf", "-i", _directory + "/pid");
        _daemon.Await(IsListening, "rsyslogd");
    }

    public override IReadOnlyList<Received> Arrived() =>
        !File.Exists(_directory + "/out") ? [] : [.. File.ReadAllText(_directory + "/out").Split('\n')[..^1].Select(Parse)];

    public override void Dispose()
    {
        _daemon?.Dispose();
        _authority?.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private bool IsListening()
    {
        if (network == "unixgram") return File.Exists(_directory + "/socket");
        string table = File.ReadAllText(network == "udp" ? "/proc/net/udp" : "/proc/net/tcp");
        return table.Contains($"0100007F:{_port:X4} 00000000:0000 {(network == "udp" ? "07" : "0A")}");
    }

    private static Received Parse(string json)
    {
        var fields = JsonSerializer.Deserialize<Dictionary<string, string>>(json)!;
        // RFC 3164 has a space after the tag, which is none of the message.
        string line = fields["version"] == "1" ? fields["msg"] : fields["msg"][1..];
        return new Received(line, fields["severity"] == "3" ? LogSource.Stderr : LogSource.Stdout, fields);
    }
}
