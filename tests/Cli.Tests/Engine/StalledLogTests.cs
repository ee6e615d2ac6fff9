using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>A log server that is there and takes nothing, or dies: containers end all the same, and what was lost is counted.</summary>
public sealed class StalledLogTests : IDisposable
{
    private static readonly TimeSpan s_mostForAnEnd = TimeSpan.FromSeconds(10);   // 2 s that lines have, and a busy machine's share
    private readonly EngineRoot _root = new();
    private readonly TcpListener _server = new(IPAddress.Loopback, 0);

    /// <summary>The kernel takes connections, and nobody reads from them.</summary>
    public StalledLogTests() => _server.Start();

    public void Dispose()
    {
        _root.Dispose();
        _server.Dispose();
    }

    [Theory]
    [InlineData("stop", "-t", "0", "web")]
    [InlineData("rm", "-f", "web")]
    public void A_container_ends_although_nobody_takes_its_lines(params string[] command)
    {
        foreach (string driver in (string[])["fluentd", "syslog", "gelf"])
        {
            _root.Detached(["--name", "web", .. Options(driver)], "sh", "-c", "yes a line that is somewhat longer than others");
            Assert.True(IsStuck(), "the server takes all");
            var watch = Stopwatch.StartNew();
            _root.Run(command).Succeeds();
            Assert.True(watch.Elapsed < s_mostForAnEnd, $"{driver}: {watch.Elapsed}");
            _root.Run("rm", "-f", "web").Exits(0);
        }
    }

    /// <summary>Where the other side says what it has, what the kernel took counts for nothing.</summary>
    [Fact]
    public void Lines_that_a_server_never_took_are_counted_to_the_last()
    {
        _root.Detached(["--name", "web", .. Options("fluentd"), "--log-opt", "fluentd-request-ack=true"], "sh", "-c",
            "seq 1000; exec sleep 1000");
        // The words of the shell before it have both in them.
        Assert.True(Deadline.Wait(() => _root.Run("top", "web").Lines.Any(line => line.Contains("sleep 1000") && !line.Contains("seq"))));
        _root.Run("stop", "-t", "0", "web").Succeeds();
        Assert.Equal(1000, Lost());
        Assert.Contains("did not take all lines in time", _root.Inspect("web", ".State.LogTrouble"));
    }

    [Theory]
    [InlineData("fluentd")]
    [InlineData("syslog")]
    [InlineData("gelf")]
    public void Without_blocking_a_container_does_not_wait_for_it(string driver)
    {
        using var shared = new TemporaryDirectory();
        _root.Detached(["--name", "web", .. Options(driver), "--log-opt", "mode=non-blocking", "-v", $"{shared.Path}:/mnt"], "sh", "-c",
            "seq 300000; echo done >/mnt/done; sleep 1000");
        Assert.True(Deadline.Wait(() => File.Exists(shared["done"]), TimeSpan.FromSeconds(20)));
        _root.Run("stop", "-t", "0", "web").Succeeds();
        Assert.InRange(Lost(), 1, 300_000);
    }

    [Fact]
    public void When_the_server_dies_the_container_goes_on_and_lines_are_counted()
    {
        using var shared = new TemporaryDirectory();
        _root.Detached(["--name", "web", .. Options("fluentd"), "-v", $"{shared.Path}:/mnt"], "sh", "-c",
            "echo first; until test -e /mnt/go; do sleep 0.05; done; seq 300000; echo done >/mnt/done; sleep 1000");
        using (Socket connection = _server.AcceptSocket())
            Assert.True(connection.Receive(new byte[100]) > 0);
        _server.Stop();
        File.WriteAllText(shared["go"], "");
        Assert.True(Deadline.Wait(() => File.Exists(shared["done"]), TimeSpan.FromSeconds(20)));
        Assert.Equal("running", _root.Inspect("web", ".State.Status"));
        _root.Run("stop", "-t", "0", "web").Succeeds();
        Assert.InRange(Lost(), 1, 300_001);
    }

    /// <summary>Waits until the monitor reads no more of what the container writes.</summary>
    private bool IsStuck()
    {
        string file = $"/proc/{_root.Inspect("web", ".State.ConmonPid")}/io", before = "";
        var still = Stopwatch.StartNew();
        return Deadline.Wait(() =>
        {
            string now = File.ReadLines(file).First();
            if (now != before) still.Restart();
            before = now;
            return still.ElapsedMilliseconds > 300;
        });
    }

    private int Lost() => int.Parse(_root.Inspect("web", ".State.LogLost"), CultureInfo.InvariantCulture);

    private string[] Options(string driver)
    {
        string address = ((IPEndPoint)_server.LocalEndpoint).ToString();
        return ["--log-driver", driver, "--log-opt",
            driver == "fluentd" ? $"fluentd-address={address}" : $"{driver}-address=tcp://{address}"];
    }
}
