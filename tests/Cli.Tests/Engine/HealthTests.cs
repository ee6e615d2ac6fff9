using System.Globalization;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>--health-cmd and its flags.</summary>
public sealed class HealthTests : IDisposable
{
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void A_health_check_says_how_it_is()
    {
        using var shared = new TemporaryDirectory();
        _root.Detached(
            ["--name", "web", "-v", $"{shared.Path}:/mnt", "--health-cmd", "test -e /mnt/well", "--health-interval", "50ms",
                "--health-retries", "2"],
            "sleep", "1000");
        Assert.Equal("starting", _root.Inspect("web", ".State.Health.Status"));
        Assert.True(_root.Becomes("web", ".State.Health.Status", "unhealthy"));
        File.WriteAllText(shared["well"], "");
        Assert.True(_root.Becomes("web", ".State.Health.Status", "healthy"));
    }

    [Fact]
    public void A_health_check_that_takes_too_long_has_failed_and_keeps_nothing_from_ending()
    {
        using var shared = new TemporaryDirectory();
        _root.Detached(
            ["--name", "web", "-v", $"{shared.Path}:/mnt", "--health-cmd", "echo ran >>/mnt/checks; sleep 1000", "--health-timeout",
                "500ms", "--health-interval", "50ms", "--health-retries", "1"],
            "sleep", "1000");
        Assert.True(_root.Becomes("web", ".State.Health.Status", "unhealthy"));
        int monitor = int.Parse(_root.Inspect("web", ".State.ConmonPid"), CultureInfo.InvariantCulture);
        Assert.True(Deadline.Wait(() => File.Exists(shared["checks"]) && File.ReadAllLines(shared["checks"]).Length > 3));
        // The container's first process, and perhaps the runtime of the check that goes on: none of those that were killed.
        Assert.InRange(
            File.ReadAllText($"/proc/{monitor}/task/{monitor}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Length, 1, 2);
        _root.Run("rm", "-f", "web").Exits(0);
    }

    /// <summary>A runtime that stands still, at once or when it has started its command: the time-out counts.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_check_whose_runtime_stands_still_has_taken_too_long(bool atOnce)
    {
        using var directory = new TemporaryDirectory();
        string runtime = directory["minirun-oci"], stop = atOnce ? "kill -STOP $$" : "(sleep 1; kill -STOP $$) &";
        string check = $"case \" $* \" in *' exec '*) echo >>{directory["checks"]}; {stop};; esac";
        File.WriteAllText(runtime, $"#!/bin/sh\n{check}\nexec {OciBundle.Program} \"$@\"\n");
        File.SetUnixFileMode(runtime, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string[] health = ["--health-cmd", "sleep 1001", "--health-timeout", "2s", "--health-interval", "50ms", "--health-retries", "1"];
        _root.Detached(["--name", "web", "--runtime", runtime, .. health], "sleep", "1000");
        Assert.True(_root.Becomes("web", ".State.Health.Status", "unhealthy"));
        // It goes on to ask.
        Assert.True(Deadline.Wait(() => File.ReadAllLines(directory["checks"]).Length > 1));
        _root.Run("rm", "-f", "web").Succeeds();
    }

    [Fact]
    public void A_check_whose_runtime_was_killed_keeps_nothing_from_ending()
    {
        using var shared = new TemporaryDirectory();
        _root.Detached(
            ["--name", "web", "-v", $"{shared.Path}:/mnt", "--health-cmd", "echo ran >>/mnt/checks; exec sleep 1001", "--health-interval",
                "50ms"],
            "sleep", "1000");
        int monitor = int.Parse(_root.Inspect("web", ".State.ConmonPid"), CultureInfo.InvariantCulture);
        Family.Await(monitor, "sleep");
        Assert.True(Deadline.Wait(() => File.Exists(shared["checks"])));
        int first = int.Parse(_root.Inspect("web", ".State.Pid"), CultureInfo.InvariantCulture);
        int runtime = Family.Children(monitor).Single(child => child != first);
        int check = Assert.Single(Family.Below(runtime));
        Kernel.Signal(runtime, Kernel.SIGKILL);
        // It is the monitor's now, who collects it: here at its end, which comes with the container's.
        Assert.True(Deadline.Wait(() => Family.Children(monitor).Contains(check)));
        _root.Run("rm", "-f", "web").Exits(0);
        Assert.False(Kernel.IsAlive(first));
    }

    [Fact]
    public void A_check_that_fails_while_it_starts_does_not_count()
    {
        using var shared = new TemporaryDirectory();
        _root.Detached(
            ["--name", "web", "-v", $"{shared.Path}:/mnt", "--health-cmd", "echo ran >>/mnt/checks; false", "--health-start-period", "1h",
                "--health-interval", "50ms", "--health-retries", "1"],
            "sleep", "1000");
        Assert.True(Deadline.Wait(() => File.Exists(shared["checks"]) && File.ReadAllLines(shared["checks"]).Length > 2));
        Assert.Equal("starting", _root.Inspect("web", ".State.Health.Status"));
    }
}
