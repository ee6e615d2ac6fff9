using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

using Minirun = Support.Minirun;

public sealed class ProcessTests : IDisposable
{
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Exec_runs_another_command_in_it()
    {
        _root.Detached(["--name", "web", "-e", "A=1"], "sleep", "1000");
        Assert.Equal("1 2 /tmp\n", _root.Run("exec", "-e", "B=2", "-w", "/tmp", "web", "sh", "-c", "echo $A $B $(pwd)").Exits(0).Out);
        _root.Run("exec", "web", "sh", "-c", "exit 9").Exits(9);
        Assert.Equal("student\n", _root.Run("exec", "-u", "student", "web", "id", "-un").Exits(0).Out);
    }

    [Fact]
    public void Exec_takes_input_when_asked()
    {
        _root.Detached(["--name", "web"], "sleep", "1000");
        Assert.Equal("in", Minirun.Run(_root.How with { Input = "in" }, "exec", "-i", "web", "cat").Exits(0).Out);
        Assert.Equal("", Minirun.Run(_root.How with { Input = "in" }, "exec", "web", "cat").Exits(0).Out);
    }

    [Fact]
    public void Exec_wants_one_that_runs()
    {
        _root.Run("create", "--name", "web", Rootfs.Busybox, "true").Exits(0);
        _root.Run("exec", "web", "true").Fails(125, "web", "not running");
    }

    [Fact]
    public void Exec_with_a_terminal_has_its_size_and_keys()
    {
        _root.Detached(["--name", "web"], "sleep", "1000");
        using var terminal = new Pty(_root.How, [Programs.Minirun, "exec", "-it", "web", "sh", "-c", "tty; read x; exit $x"]);
        terminal.Await("/dev/pts/0");
        terminal.Type("6\n");
        Assert.Equal(6, terminal.ExitCode());
    }

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
    public void Top_shows_its_processes()
    {
        _root.Detached(["--name", "web"], "sleep", "1234");
        string[] lines = _root.Run("top", "web").Succeeds().Lines;
        Assert.StartsWith("UID", lines[0]);
        Assert.Contains(lines, line => line.EndsWith("sleep 1234", StringComparison.Ordinal));
    }

    [Requires(Need.Root)]
    public void Pause_lets_it_stand_still()
    {
        _root.Detached(["--name", "web"], "sleep", "1000");
        _root.Run("pause", "web").Succeeds();
        Assert.Equal("paused", _root.Inspect("web", ".State.Status"));
        _root.Run("exec", "web", "true").Fails(125, "paused");
        _root.Run("unpause", "web").Succeeds();
        Assert.Equal("running", _root.Inspect("web", ".State.Status"));
        _root.Run("pause", "web").Succeeds();
        _root.Run("stop", "-t", "0", "web").Succeeds();
        Assert.Equal("exited", _root.Inspect("web", ".State.Status"));
    }
}
