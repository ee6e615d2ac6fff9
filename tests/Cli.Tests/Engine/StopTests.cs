using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

using Minirun = Support.Minirun;

public sealed class StopTests : IDisposable
{
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Stop_asks_first()
    {
        _root.Detached(["--name", "web"], "sh", "-c", "trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.1; done");
        Assert.True(Deadline.Wait(() => _root.Run("logs", "web").Out.Contains("ready")));
        _root.Run("stop", "web").Succeeds();
        Assert.Contains("bye", _root.Run("logs", "web").Out);
        Assert.Equal("3", _root.Inspect("web", ".State.ExitCode"));
    }

    [Fact]
    public void Stop_kills_what_does_not_listen()
    {
        Deaf();
        _root.Run("stop", "-t", "0", "web").Succeeds();
        Assert.Equal("137 signal", _root.Inspect("web", ".State.ExitCode") + " " + _root.Inspect("web", ".State.Cause"));
    }

    /// <summary>A container called web that ignores SIGTERM.</summary>
    private void Deaf(params string[] options)
    {
        _root.Detached(["--name", "web", .. options], "sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 0.1; done");
        Assert.True(Deadline.Wait(() => _root.Run("logs", "web").Out == "deaf\n"));
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public void A_signal_to_the_monitor_stops_the_container(string name)
    {
        _root.Detached(["--name", "web", "--restart", "always"], "sh", "-c",
            "trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.1; done");
        Assert.True(Deadline.Wait(() => _root.Run("logs", "web").Out.Contains("ready")));
        Minirun.Other("sh", "-c", $"kill -{name} {_root.Inspect("web", ".State.ConmonPid")}").Succeeds();
        Assert.True(_root.Becomes("web", ".State.Status", "exited"));
        Assert.Equal("3", _root.Inspect("web", ".State.ExitCode"));
        Assert.Contains("bye", _root.Run("logs", "web").Out);
    }

    [Fact]
    public void A_container_that_does_not_heed_it_is_killed_then()
    {
        Deaf("--stop-timeout", "1");
        Minirun.Other("sh", "-c", $"kill {_root.Inspect("web", ".State.ConmonPid")}").Succeeds();
        Assert.True(_root.Becomes("web", ".State.ExitCode", "137"));
    }
}
