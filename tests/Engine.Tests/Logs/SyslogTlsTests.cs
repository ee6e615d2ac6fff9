using System.Diagnostics;
using System.Text;
using Minirun.Engine.Logs;
using Minirun.Engine.Tests.Logs.Peers;
using Minirun.Engine.Tests.Support;
using Minirun.Engine.Tests.Tls;
using Minirun.Runtime;
using Xunit;

namespace Minirun.Engine.Tests.Logs;

/// <summary>syslog over tcp+tls: who is trusted, and what a stalled or dead server or relay does.</summary>
public sealed class SyslogTlsTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly LogDirectory _directory = new();

    public void Dispose()
    {
        _authority.Dispose();
        _directory.Dispose();
    }

    private ContainerLog Open(TlsPeer peer, params string[] options) =>
        Open($"127.0.0.1:{peer.Port}", ["syslog-tls-ca-cert=" + _authority.CaCert, .. options]);

    private ContainerLog Open(string address, params string[] options)
    {
        TlsProgram.Require();
        return _directory.Open("syslog", ["syslog-address=tcp+tls://" + address, .. options]);
    }

    private static void AwaitText(TlsPeer peer, ContainerLog log, string text) => Waiting.Until(() =>
    {
        log.Work();
        return peer.Received.Contains(text, StringComparison.Ordinal);
    }, text);

    [SkippableFact]
    public void Records_of_the_new_format_begin_with_their_lengths_and_others_do_not()
    {
        using var peer = new TlsPeer(_authority);
        foreach (string format in (string[])["rfc5424", "rfc3164"])
        {
            ContainerLog log = Open(peer, "syslog-format=" + format, "tag=web");
            log.Feed(LogSource.Stdout, "hé\n"u8);
            AwaitText(peer, log, "hé\n");
            log.Close();
            if (format == "rfc5424")
                Assert.StartsWith($"{Encoding.UTF8.GetByteCount(peer.Received.Split(' ', 2)[1])} <30>1 ", peer.Received,
                    StringComparison.Ordinal);
        }
        Assert.Matches("hé\n<30>[A-Z][a-z][a-z] [^\n]*: hé\n$", peer.Received);
    }

    [SkippableFact]
    public void A_server_that_nobody_vouches_for_is_refused()
    {
        using var other = new TestAuthority();
        using var expired = new TestAuthority(expired: true);
        using TlsPeer stranger = new(other), old = new(expired), peer = new(_authority);
        Fails("its certificate cannot be trusted: no authority that is known here has signed it", () => Open(stranger));
        Fails("its certificate cannot be trusted: no authority that is known here has signed it", () => Open($"127.0.0.1:{peer.Port}"));
        Fails("its certificate cannot be trusted: it has expired, or is not valid yet",
            () => Open($"127.0.0.1:{old.Port}", "syslog-tls-ca-cert=" + expired.CaCert));
        Fails("its certificate is for server.test, 127.0.0.1, not for localhost",
            () => Open($"localhost:{peer.Port}", "syslog-tls-ca-cert=" + _authority.CaCert));
    }

    [SkippableFact]
    public void Any_server_will_do_when_that_is_wanted()
    {
        using var peer = new TlsPeer(_authority);
        ContainerLog log = Open($"localhost:{peer.Port}", "syslog-tls-skip-verify=true");
        log.Feed(LogSource.Stdout, "hello\n"u8);
        AwaitText(peer, log, "hello\n");
        log.Close();
        Assert.Equal(0, log.Lost);
    }

    [SkippableFact]
    public void A_server_may_want_to_know_who_we_are()
    {
        using var peer = new TlsPeer(_authority) { WantsCertificate = true };
        ContainerLog log = Open(peer, "syslog-tls-cert=" + _authority.ClientCert, "syslog-tls-key=" + _authority.ClientKey);
        log.Feed(LogSource.Stdout, "hello\n"u8);
        AwaitText(peer, log, "hello\n");
        log.Close();
        Fails("certificate", () => Open(peer));
    }

    [SkippableFact]
    public void Files_that_are_none_are_named()
    {
        TlsProgram.Require();
        Assert.Contains("there is no /no/ca.pem",
            Assert.Throws<UserError>(() => Open("127.0.0.1:1", "syslog-tls-ca-cert=/no/ca.pem")).Message, StringComparison.Ordinal);
        Assert.Contains("belong together",
            Assert.Throws<UserError>(() => Open("127.0.0.1:1", "syslog-tls-cert=" + _authority.ClientCert)).Message,
            StringComparison.Ordinal);
        using var peer = new TlsPeer(_authority);
        Fails("client.key: no certificate in it", () => Open($"127.0.0.1:{peer.Port}", "syslog-tls-ca-cert=" + _authority.ClientKey));
        Fails("are not a certificate and its key",
            () => Open(peer, "syslog-tls-cert=" + _authority.ClientCert, "syslog-tls-key=" + _authority.ServerKey));
    }

    [SkippableFact]
    public void A_server_that_is_not_there_is_refused_as_without_tls() =>
        Fails("connection refused (ECONNREFUSED)", () => Open($"127.0.0.1:{Waiting.FreePort()}"));

    [SkippableFact]
    public void One_that_never_shakes_hands_is_given_up()
    {
        using var peer = new TlsPeer(_authority) { ShakesHands = false };
        Fails("(ETIMEDOUT)", () => Open(peer));
    }

    [SkippableFact]
    public void One_that_takes_nothing_stalls_the_container_and_not_its_end_and_lines_are_counted()
    {
        using var peer = new TlsPeer(_authority) { Reads = false };
        ContainerLog log = Open(peer);
        byte[] line = Encoding.ASCII.GetBytes(new string('x', 999) + "\n");
        const int fed = 20_000;
        for (int i = 0; i < fed; i++) log.Feed(LogSource.Stdout, line);
        Assert.True(log.IsBehind, "a container should wait");
        var watch = Stopwatch.StartNew();
        log.Close();
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(4));
        Assert.InRange(log.Lost, 1, fed);
        Assert.Contains("did not take all lines in time", log.Trouble, StringComparison.Ordinal);
        Assert.Empty(Relays());
    }

    [SkippableFact]
    public void A_relay_that_is_killed_is_replaced_and_nothing_is_lost()
    {
        using var peer = new TlsPeer(_authority);
        ContainerLog log = Open(peer);
        log.Feed(LogSource.Stdout, "one\n"u8);
        AwaitText(peer, log, "one\n");
        using (var relay = Process.GetProcessById(Assert.Single(Relays()))) relay.Kill();
        log.Feed(LogSource.Stdout, "two\n"u8);
        AwaitText(peer, log, "two\n");
        log.Close();
        Assert.Equal((0, 2), (log.Lost, peer.Connections));
        Assert.Empty(Relays());
    }

    [SkippableFact]
    public void A_server_that_comes_back_gets_what_was_written_meanwhile()
    {
        ContainerLog log;
        int port;
        using (var first = new TlsPeer(_authority))
        {
            port = first.Port;
            log = Open(first);
            log.Feed(LogSource.Stdout, "one\n"u8);
            AwaitText(first, log, "one\n");
        }
        Waiting.Until(() =>
        {
            log.Work();
            return log.Descriptor < 0;
        }, "the end of the connection");
        log.Feed(LogSource.Stdout, "two\n"u8);
        using var second = new TlsPeer(_authority, port);
        AwaitText(second, log, "two\n");
        log.Close();
        Assert.Equal(0, log.Lost);
    }

    private static void Fails(string why, Func<ContainerLog> open)
    {
        TlsProgram.Require();
        UserError error = Assert.Throws<UserError>(open);
        Assert.Contains("failed to initialize logging driver: syslog: tcp+tls://", error.Message, StringComparison.Ordinal);
        Assert.True(error.Message.Contains(why, StringComparison.Ordinal), $"'{why}' is not in: {error.Message}");
        Assert.Equal(125, error.ExitCode);
    }

    /// <summary>Of this class: its tests come one after the other, and others have directories of their own.</summary>
    private int[] Relays() => [
        .. Process.GetProcessesByName("minirun-tls")
            .Where(each => CommandLine(each.Id).Contains(_authority.CaCert, StringComparison.Ordinal)).Select(each => each.Id)];

    private static string CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }
}
