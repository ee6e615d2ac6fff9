using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Minirun.Clients.Support;
using Minirun.Engine.Logs;
using Minirun.Engine.Tests.Logs.Peers;
using Minirun.Engine.Tests.Support;
using Minirun.Runtime;
using Xunit;

namespace Minirun.Engine.Tests.Logs;

/// <summary>Bytes as dockerd 20.10 was seen to send them, but for times and process ids.</summary>
[Collection("journald")]
public sealed class WireTests : IDisposable
{
    private readonly LogDirectory _directory = new();
    private readonly StreamPeer _peer = new();

    public void Dispose()
    {
        _directory.Dispose();
        _peer.Dispose();
    }

    [Theory]
    [InlineData("", "<30>MMM DD TT 3c7090b984d4[P]: hello\n<27>MMM DD TT 3c7090b984d4[P]: err\n")]
    [InlineData("rfc3164", "<30>MMM DD TT vm 3c7090b984d4[P]: hello\n<27>MMM DD TT vm 3c7090b984d4[P]: err\n")]
    [InlineData("rfc5424", "<30>1 DTTZ vm 3c7090b984d4 P 3c7090b984d4 - hello\n<27>1 DTTZ vm 3c7090b984d4 P 3c7090b984d4 - err\n")]
    [InlineData("rfc5424micro",
        "<30>1 DTT.MICROZ vm 3c7090b984d4 P 3c7090b984d4 - hello\n<27>1 DTT.MICROZ vm 3c7090b984d4 P 3c7090b984d4 - err\n")]
    public void Syslog(string format, string expected)
    {
        string text = Text("syslog", $"syslog-address=tcp://127.0.0.1:{_peer.Port}", $"syslog-format={format}")
            .Replace($" {Environment.ProcessId} ", " P ").Replace($"[{Environment.ProcessId}]", "[P]");
        text = Regex.Replace(text, @"[A-Z][a-z]{2} [ 1-3]\d (\d\d:){2}\d\d ", "MMM DD TT ");
        text = Regex.Replace(text, @"20\d\d-\d\d-\d\dT(\d\d:){2}\d\d", "DTT");
        Assert.Equal(expected, Regex.Replace(text, @"\.\d{6}Z", ".MICROZ"));
    }

    [Fact]
    public void Gelf()
    {
        string first = Text("gelf", $"gelf-address=tcp://127.0.0.1:{_peer.Port}", "labels=com.example.a,b-c", "env=VAR,Q").Split('\0')[0];
        Assert.Equal("""
            {"version":"1.1","host":"vm","short_message":"hello","timestamp":T,"level":6,"_Q":"a\u003cb\u003e\u0026\"x","_VAR":"value",
            "_b-c":"two","_com.example.a":"one","_command":"sh -c echo \u003chello\u003e",
            "_container_id":"3c7090b984d46a95a332f33de7d3af49c3bd11dac616414c4954d00b6a8281b1","_container_name":"web",
            "_created":"2026-11-21T04:24:35.448775739Z",
            "_image_id":"sha256:0c31bde80e6b0b83e0c184402c3352614d7f571835f6355657f97fd86e7de455","_image_name":"busybox:test",
            "_tag":"3c7090b984d4"}
            """.ReplaceLineEndings(""),
            Regex.Replace(first, @"""timestamp"":\d{10}(\.\d{1,3})?,", "\"timestamp\":T,"));
    }

    [Fact]
    public void Fluentd()
    {
        string bytes = Text("fluentd", $"fluentd-address=127.0.0.1:{_peer.Port}", "labels=b-c");
        Assert.StartsWith("\u0094\u00ac3c7090b984d4\u00ce", bytes);
        Assert.Equal("\u0085\u00accontainer_id\u00d9@3c7090b984d46a95a332f33de7d3af49c3bd11dac616414c4954d00b6a8281b1"
            + "\u00aecontainer_name\u00a4/web\u00a3b-c\u00a3two\u00a6source\u00a6stdout\u00a3log\u00a5hello\u0080",
            bytes[19..bytes.IndexOf("\u0094\u00ac", 1, StringComparison.Ordinal)]);
    }

    [Fact]
    public void A_stream_socket_of_syslog()
    {
        string path = _directory.Path + "/socket";
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        ContainerLog log = _directory.Open("syslog", $"syslog-address=unix://{path}");
        log.Feed(LogSource.Stdout, "hello\n"u8);
        log.Close();
        byte[] buffer = new byte[1000];
        using Socket accepted = listener.Accept();
        Assert.EndsWith(": hello\n", Encoding.ASCII.GetString(buffer, 0, accepted.Receive(buffer)));
    }

    [Fact]
    public void Lines_pass_through_to_the_monitors_own_output()
    {
        using (FileStream output = File.Create(_directory.Path + "/out"), error = File.Create(_directory.Path + "/err"))
        {
            var log = new ContainerLog(LogDirectory.Config("passthrough"),
                _directory.Context with { Stdout = (int)output.SafeFileHandle.DangerousGetHandle(),
                    Stderr = (int)error.SafeFileHandle.DangerousGetHandle() });
            log.Feed(LogSource.Stdout, "hello\npartial"u8);
            log.Feed(LogSource.Stderr, "oops\n"u8);
            log.Close();
        }
        Assert.Equal(("hello\npartial", "oops\n"),
            (File.ReadAllText(_directory.Path + "/out"), File.ReadAllText(_directory.Path + "/err")));
    }

    [Fact]
    public void Without_journald_a_container_cannot_log_to_it()
    {
        if (File.Exists("/run/systemd/journal/socket")) return;
        Assert.Equal("journald is not enabled on this host", Assert.Throws<UserError>(() => _directory.Open("journald")).Message);
    }

    [SkippableFact]
    public void Records_that_are_too_long_for_a_datagram_reach_journald_all_the_same()
    {
        using var peer = new JournaldPeer();
        if (peer.Missing is { } reason) throw new SkippedException(reason);
        peer.Start();
        string value = "first\n" + new string('x', 400_000);
        var log =
            new ContainerLog(LogDirectory.Config("journald", "env=LONG"), _directory.Context with { Environment = ["LONG=" + value] });
        log.Feed(LogSource.Stdout, "hello\n"u8);
        log.Close();
        IReadOnlyList<LogPeer.Received> arrived = [];
        Waiting.Until(() => (arrived = peer.Arrived()).Count > 0, "the line");
        Assert.Equal(value, arrived[0].Fields["LONG"]);
        Assert.Equal(0, log.Lost);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zlib")]
    [InlineData("none")]
    public void Long_messages_of_gelf_are_cut_into_chunks(string compression)
    {
        using var peer = new GelfUdpPeer(compression);
        if (peer.Missing is not null) return;
        peer.Start();
        byte[] noise = new byte[6000];
        new Random(1).NextBytes(noise);
        string line = Convert.ToHexString(noise);
        ContainerLog log = _directory.Open("gelf", peer.Options);
        log.Feed(LogSource.Stdout, Encoding.ASCII.GetBytes(line + "\n"));
        log.Close();
        Waiting.Until(() => peer.Arrived().Count == 1, "the message");
        Assert.Equal(line, peer.Arrived()[0].Line);
        Assert.True(peer.Datagrams.Count >= 5);
        Assert.All(peer.Datagrams, datagram => Assert.InRange(datagram.Length, 13, 1420));
        Assert.All(peer.Datagrams, datagram => Assert.Equal((0x1e, 0x0f), (datagram[0], datagram[1])));
    }

    private string Text(string driver, params string[] options)
    {
        ContainerLog log = _directory.Open(driver, options);
        log.Feed(LogSource.Stdout, "hello\n"u8);
        log.Feed(LogSource.Stderr, "err\n"u8);
        log.Close();
        Waiting.Until(() => Encoding.Latin1.GetString(_peer.Take()).Contains("err"), "the lines");
        return Encoding.Latin1.GetString(_peer.Take());
    }
}
