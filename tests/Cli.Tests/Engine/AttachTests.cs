using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

public sealed class AttachTests : IDisposable
{
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Who_attaches_sees_types_and_leaves()
    {
        _root.Detached(["--name", "web", "-it"], "sh");
        using (var terminal = new Pty(_root.How, [Programs.Minirun, "attach", "web"]))
        {
            terminal.Type("echo sum $((40 + 2))\n");
            terminal.Await("sum 42");
            terminal.Type("\u0010\u0011");
            Assert.Equal(0, terminal.ExitCode());
        }
        Assert.Equal("running", _root.Inspect("web", ".State.Status"));
        using var again = new Pty(_root.How, [Programs.Minirun, "attach", "--detach-keys", "ctrl-a", "web"]);
        again.Type("exit 4\n");
        Assert.Equal(4, again.ExitCode());
    }

    [Fact]
    public void Several_attach_at_once()
    {
        _root.Detached(["--name", "web", "-i"], "sh", "-c", "read line; echo got $line");
        using RunningProgram first = _root.Start("attach", "--no-stdin", "web"), second = _root.Start("attach", "web");
        // The second one's input arrives after both are known to the monitor: it is the one that brings it.
        second.Input.Write("x\n");
        second.Input.Close();
        Assert.Equal("got x\n", second.Result().Exits(0).Out);
        first.Result().Exits(0);
    }

    [Fact]
    public void Nobody_attaches_between_two_runs()
    {
        _root.Detached(["--name", "web", "--restart", "always"], "false");
        // It waits for more than six seconds then.
        Assert.True(
            Deadline.Wait(() => _root.Inspect("web", ".RestartCount") == "6" && _root.Inspect("web", ".State.Status") == "restarting",
                TimeSpan.FromMinutes(2)));
        _root.Run("attach", "web").Fails(125, "you cannot attach to a restarting container, wait until it is running");
    }

    [Theory]
    [InlineData("attach")]
    [InlineData("container", "attach")]
    public void Signals_to_who_is_attached_go_to_the_container(params string[] verb)
    {
        _root.Detached(["--name", "web"], "sh", "-c", "trap 'exit 5' TERM; while :; do echo tick; sleep 0.05; done");
        using RunningProgram attached = _root.Start([.. verb, "--no-stdin", "web"]);
        attached.AwaitOut("tick");
        attached.Signal(Kernel.SIGTERM);
        attached.Result().Exits(5);
    }

    [Fact]
    public void Without_sig_proxy_they_end_him_alone()
    {
        _root.Detached(["--name", "web"], "sh", "-c", "trap 'exit 5' TERM; while :; do echo tick; sleep 0.05; done");
        using RunningProgram attached = _root.Start("attach", "--no-stdin", "--sig-proxy=false", "web");
        attached.AwaitOut("tick");
        attached.Signal(Kernel.SIGTERM);
        attached.Result().Exits(143);
        Assert.Equal("running", _root.Inspect("web", ".State.Status"));
    }
}
