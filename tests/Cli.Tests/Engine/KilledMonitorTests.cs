using System.Globalization;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>Who deals with a container whose monitor was killed, or whose starter was, gets a clear answer, and soon.</summary>
public sealed class KilledMonitorTests : IDisposable
{
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Who_is_attached_hears_of_it()
    {
        _root.Detached(["--name", "web"], "sh", "-c", "while :; do echo on; sleep 0.1; done");
        using RunningProgram attached = _root.Start("attach", "--no-stdin", "web");
        attached.AwaitOut("on");
        KillMonitor();
        attached.Result().Fails(125, "web", "was killed");
        _root.Run("attach", "web").Fails(125, "no monitor any more");
    }

    [Fact]
    public void Following_its_log_ends_with_a_word()
    {
        _root.Detached(["--name", "web"], "sh", "-c", "echo one; sleep 1000");
        using RunningProgram logs = _root.Start("logs", "-f", "web");
        logs.AwaitOut("one");
        KillMonitor();
        Assert.Contains("was killed: what it writes now is lost", logs.Result().Exits(0).Error);
        Assert.Contains("was killed", _root.Run("logs", "-f", "web").Exits(0).Error);
    }

    /// <summary>docs/reliability.md: its output and its input go with the monitor.</summary>
    [Fact]
    public void What_neither_writes_nor_reads_runs_on()
    {
        _root.Detached(["--name", "web"], "sleep", "1000");
        _root.Detached(["--name", "reads", "-i"], "cat");
        _root.Detached(["--name", "writes"], "yes");
        foreach (string name in (string[])["web", "reads", "writes"]) KillMonitor(name);
        foreach (string name in (string[])["reads", "writes"])
        {
            Assert.True(_root.Becomes(name, ".State.Status", "exited"));
            Assert.Equal("255 unknown", _root.Inspect(name, ".State.ExitCode") + " " + _root.Inspect(name, ".State.Cause"));
        }
        Assert.Equal("running", _root.Inspect("web", ".State.Status"));
    }

    [Fact]
    public void Waiting_goes_on_until_it_ends()
    {
        _root.Detached(["--name", "web"], "sleep", "1000");
        using RunningProgram wait = _root.Start("wait", "web");
        KillMonitor();
        using RunningProgram second = _root.Start("wait", "web");
        Assert.Equal("running", _root.Inspect("web", ".State.Status"));
        Assert.False(wait.HasEnded || second.HasEnded);
        _root.Run("kill", "web").Succeeds();
        Assert.Equal("255\n", wait.Result().Exits(0).Out);
        Assert.Equal("255\n", second.Result().Exits(0).Out);
    }

    [Theory]
    [InlineData("stop", "-t", "0", "web")]
    [InlineData("rm", "-f", "web")]
    public void It_ends_one_whose_start_goes_on_without_the_command_that_asked_for_it(params string[] command)
    {
        using var directory = new TemporaryDirectory();
        Support.Minirun.Other("mkfifo", directory["gate"]).Exits(0);
        string runtime = directory["minirun-oci"];
        File.WriteAllText(runtime,
            $"#!/bin/sh\ncase \" $* \" in *' start '*) touch {directory["starts"]}; read line <{directory["gate"]};; esac\nexec "
                + $"{OciBundle.Program} \"$@\"\n");
        File.SetUnixFileMode(runtime, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using RunningProgram run = _root.Start("run", "-d", "--name", "web", "--runtime", runtime, Rootfs.Busybox, "sleep", "1000");
        Assert.True(Deadline.Wait(() => File.Exists(directory["starts"])));
        run.Signal(9);
        run.Await(() => run.HasEnded, "its end");
        using RunningProgram end = _root.Start(command);
        File.WriteAllText(directory["gate"], "go\n");
        end.Result().Succeeds();
        Assert.DoesNotContain("Up", _root.Run("ps", "-a").Succeeds().Out);
        _root.Run("rm", "-f", "web").Exits(0);
    }

    [Fact]
    public void Who_looks_at_a_container_does_not_keep_it_from_starting()
    {
        _root.Detached(["--name", "web"], "true");
        using RunningProgram looks =
            new(_root.How, "/bin/sh", ["-c", $"while :; do {Programs.Minirun} ps -a; {Programs.Minirun} inspect web; done >/dev/null"]);
        for (int i = 0; i < 20; i++)
        {
            _root.Run("wait", "web").Succeeds();
            _root.Run("start", "web").Succeeds();
        }
    }

    private void KillMonitor(string name = "web")
    {
        int monitor = int.Parse(_root.Inspect(name, ".State.ConmonPid"), CultureInfo.InvariantCulture);
        Kernel.Signal(monitor, 9);
    }
}
