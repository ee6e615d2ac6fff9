using Minirun.Cli.Tests.Engine;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Ways;

/// <summary>A first process without a handler ends of a signal that is meant to end it, as it would outside of a container.</summary>
public sealed class StopTests : IDisposable
{
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData(143)]
    [InlineData(130, "-s", "INT")]
    public void Stop_of_a_process_without_a_handler_ends_it_at_once(int code, params string[] flags)
    {
        _root.Detached(["--name", "web", "--stop-timeout", "1000", "--restart", "always"], "sleep", "1000");
        _root.Run(["stop", .. flags, "web"]).Exits(0);
        Assert.Equal($"exited {code}", _root.Inspect("web", ".State.Status") + " " + _root.Inspect("web", ".State.ExitCode"));
    }

    [Fact]
    public void A_handler_is_left_to_do_its_work()
    {
        _root.Detached(["--name", "web", "-i"], "sh", "-c", "trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done");
        Assert.True(Deadline.Wait(() => _root.Run("logs", "web").Out.Contains("ready")));
        _root.Run("stop", "-t", "1000", "web").Exits(0);
        Assert.Equal("9", _root.Inspect("web", ".State.ExitCode"));
    }

    /// <summary>As docker has it: `kill` sends the signal itself.</summary>
    [Theory]
    [InlineData("TERM")]
    [InlineData("USR1")]
    public void Kill_says_so_when_the_kernel_drops_the_signal(string name)
    {
        _root.Detached(["--name", "web"], "sleep", "1000");
        Result killed = _root.Run("kill", "-s", name, "web").Exits(0);
        Assert.Equal("web\n", killed.Out);
        Assert.StartsWith($"minirun: SIG{name} does nothing to container web: its first process has no handler for it", killed.Error);
        Assert.Contains("minirun stop web", killed.Error);
        Assert.Equal("running", _root.Inspect("web", ".State.Status"));
    }

    [Theory]
    [InlineData("TERM", "sh", "-c", "trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done")]
    [InlineData("USR1", "sh", "-c", "trap '' USR1; echo ready; exec sleep 1000")]
    [InlineData("WINCH", "sh", "-c", "echo ready; exec sleep 1000")]
    [InlineData("KILL", "sh", "-c", "echo ready; exec sleep 1000")]
    public void Kill_says_nothing_of_a_signal_that_is_heard_or_ignored_or_means_nothing(string name, params string[] command)
    {
        _root.Detached(["--name", "web"], command);
        Assert.True(Deadline.Wait(() => _root.Run("logs", "web").Out.Contains("ready")));
        _root.Run("kill", "-s", name, "web").Succeeds();
    }

    [Fact]
    public void Of_signal_0_kill_says_what_to_do_instead() =>
        _root.Run("kill", "-s", "0", _root.Detached([], "sleep", "1000")).Fails(125, "invalid signal: 0", "minirun inspect");

    [Fact]
    public void A_signal_to_its_monitor_is_the_same()
    {
        _root.Detached(["--name", "web", "--stop-timeout", "1000"], "sleep", "1000");
        Kernel.Signal(int.Parse(_root.Inspect("web", ".State.ConmonPid")), Kernel.SIGTERM);
        Assert.True(_root.Becomes("web", ".State.ExitCode", "143"));
    }
}
