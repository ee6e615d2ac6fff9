using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Minirun.Engine.Logs;
using Minirun.Engine.Tests.Logs.Peers;
using Minirun.Linux;
using Minirun.Runtime;
using Xunit;

namespace Minirun.Engine.Tests.Logs;

/// <summary>The other side is away, slow or dead.</summary>
public sealed class StalledPeerTests : IDisposable
{
    private static readonly byte[] s_line = Encoding.ASCII.GetBytes(new string('x', 999) + "\n");
    private readonly LogDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    public static TheoryData<string, string, string> Drivers => new()
    {
        { "syslog", "syslog-address=tcp://127.0.0.1:", "tag=x" },
        { "gelf", "gelf-address=tcp://127.0.0.1:", "tag=x" },
        { "fluentd", "fluentd-address=127.0.0.1:", "fluentd-buffer-limit=64k" },
        { "fluentd", "fluentd-address=127.0.0.1:", "fluentd-request-ack=true" },
    };

    [Theory]
    [MemberData(nameof(Drivers))]
    public void A_peer_that_takes_nothing_stalls_the_container_and_not_its_end(string driver, string address, string option)
    {
        using var peer = new StreamPeer();
        ContainerLog log = _directory.Open(driver, address + peer.Port, option);
        // More than the kernel ever keeps for a socket (tcp_wmem, tcp_rmem).
        const int fed = 20_000;
        for (int line = 0; line < fed; line++) log.Feed(LogSource.Stdout, s_line);
        Assert.True(log.IsBehind, "a container should wait");
        TimeSpan time = Closing(log);
        Assert.InRange(time, TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(4));
        Assert.InRange(log.Lost, 1, fed);
        Assert.Contains("did not take all lines in time", log.Trouble);
    }

    [Fact]
    public void What_waits_is_no_larger_than_it_came()
    {
        using var peer = new StreamPeer();
        ContainerLog log = _directory.Open("fluentd", $"fluentd-address=127.0.0.1:{peer.Port}");
        byte[] lines = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("x\n", 32 * 1024)));
        int reads = 0;
        for (; !log.IsBehind && reads < 1000; reads++) log.Feed(LogSource.Stdout, lines);
        log.End(LogSource.Stdout);
        Assert.InRange(log.Waiting, 1, (256 << 10) + 1024 + lines.Length);
        Assert.Equal(reads * 32 * 1024, Regex.Count(Encoding.Latin1.GetString(All(peer, log)), "log\u00a1x"));
        log.Close();
        Assert.Equal(0, log.Lost);
    }

    private static byte[] All(StreamPeer peer, ContainerLog log)
    {
        Waiting.Until(() =>
        {
            log.Work();
            return peer.Take() is [.., 0x80] && log.Waiting == 0;
        }, "all lines");
        return peer.Take();
    }

    [Theory]
    [MemberData(nameof(Drivers))]
    public void In_non_blocking_mode_no_container_waits_and_what_is_dropped_is_counted(string driver, string address, string option)
    {
        using var peer = new StreamPeer();
        ContainerLog log = _directory.Open(driver, address + peer.Port, option, "mode=non-blocking", "max-buffer-size=100k");
        for (int fed = 0; fed < 20_000; fed++)
        {
            log.Feed(LogSource.Stdout, s_line);
            Assert.False(log.IsBehind);
        }
        Assert.InRange(log.Lost, 10_000, 20_000);
        Assert.NotNull(log.Trouble);
        Assert.InRange(Closing(log), TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Theory]
    [MemberData(nameof(Drivers))]
    public void A_peer_that_is_not_there_is_an_error_at_the_start(string driver, string address, string option)
    {
        UserError error = Assert.Throws<UserError>(() => _directory.Open(driver, address + Waiting.FreePort(), option));
        Assert.Contains($"failed to initialize logging driver: {driver}: ", error.Message);
        Assert.EndsWith("connection refused (ECONNREFUSED)", error.Message);
        Assert.Equal(125, error.ExitCode);
    }

    [Fact]
    public async Task Fluentd_may_come_later_when_that_is_wanted()
    {
        int port = Waiting.FreePort();
        ContainerLog log = _directory.Open("fluentd", $"fluentd-address=127.0.0.1:{port}", "fluentd-async=true", "fluentd-retry-wait=50ms");
        log.Feed(LogSource.Stdout, "early\n"u8);
        using var peer = new StreamPeer(port);
        Task closing = Task.Run(() => log.Close(20_000));
        Waiting.Until(() => Encoding.Latin1.GetString(peer.Take()).Contains("early"), "the line");
        await closing;
        Assert.Equal((0, null), (log.Lost, log.Trouble));
    }

    [Fact]
    public async Task After_a_break_the_line_in_between_is_sent_again_whole()
    {
        ContainerLog log;
        int port;
        using (var first = new StreamPeer())
        {
            port = first.Port;
            log =
                _directory.Open("gelf", $"gelf-address=tcp://127.0.0.1:{port}", "gelf-tcp-max-reconnect=100", "gelf-tcp-reconnect-delay=0");
            log.Feed(LogSource.Stdout, "one\n"u8);
            Waiting.Until(() => Encoding.UTF8.GetString(first.Take()).EndsWith('\0'), "one");
        }
        log.Feed(LogSource.Stdout, "two\n"u8);
        using var second = new StreamPeer(port);
        Task closing = Task.Run(() => log.Close(20_000));
        Waiting.Until(() => Encoding.UTF8.GetString(second.Take()).EndsWith('\0'), "two");
        await closing;
        Assert.Contains("\"short_message\":\"two\"", Encoding.UTF8.GetString(second.Take()));
        Assert.Equal(0, log.Lost);
    }

    [Fact]
    public void Gelf_gives_up_after_as_many_attempts_as_it_should()
    {
        ContainerLog log;
        using (var peer = new StreamPeer())
            log = _directory.Open("gelf", $"gelf-address=tcp://127.0.0.1:{peer.Port}", "gelf-tcp-max-reconnect=2",
                "gelf-tcp-reconnect-delay=0");
        log.Feed(LogSource.Stdout, "one\n"u8);
        Assert.InRange(Closing(log), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.Equal(1, log.Lost);
        Assert.Contains("ECONN", log.Trouble);
    }

    [Fact]
    public void Nobody_at_a_udp_port_stops_nothing()
    {
        ContainerLog log =
            _directory.Open("syslog", $"syslog-address=udp://127.0.0.1:{Waiting.FreePort(System.Net.Sockets.ProtocolType.Udp)}");
        for (int line = 0; line < 100; line++) log.Feed(LogSource.Stdout, "x\n"u8);
        Assert.InRange(Closing(log), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.InRange(log.Lost, 1, 100);
        Assert.Contains("ECONNREFUSED", log.Trouble);
    }

    [Fact]
    public void A_datagram_that_bounces_wakes_the_monitor_once()
    {
        ContainerLog log =
            _directory.Open("syslog", $"syslog-address=udp://127.0.0.1:{Waiting.FreePort(System.Net.Sockets.ProtocolType.Udp)}");
        log.Feed(LogSource.Stdout, "x\n"u8);
        Assert.Equal(1, Poll(log, 5000));
        log.Work();
        Assert.Equal((0, 1), (Poll(log, 0), log.Lost));
        log.Close();
    }

    private static unsafe int Poll(ContainerLog log, int milliseconds)
    {
        var ready = new pollfd { fd = log.Descriptor, events = log.Events };
        return poll.poll_(&ready, 1, milliseconds);
    }

    private static TimeSpan Closing(ContainerLog log)
    {
        var watch = Stopwatch.StartNew();
        log.Close();
        return watch.Elapsed;
    }
}
