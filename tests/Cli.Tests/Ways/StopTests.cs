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

    [Fact]
    public void A_signal_to_its_monitor_is_the_same()
    {
        _root.Detached(["--name", "web", "--stop-timeout", "1000"], "sleep", "1000");
        Kernel.Signal(int.Parse(_root.Inspect("web", ".State.ConmonPid")), Kernel.SIGTERM);
        Assert.True(_root.Becomes("web", ".State.ExitCode", "143"));
    }
}
