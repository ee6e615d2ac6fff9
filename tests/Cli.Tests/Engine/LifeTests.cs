using System.Globalization;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

public sealed class LifeTests : IDisposable
{
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void A_detached_container_lives_on_and_is_listed()
    {
        string id = _root.Detached(["--name", "web"], "sleep", "1000");
        Assert.Matches("^[0-9a-f]{64}$", id);
        Assert.Equal($"{id[..12]} web running", _root.Run("ps", "--format", "{{.ID}} {{.Names}} {{.State}}").Succeeds().Lines[0]);
        Assert.Equal(id, _root.Inspect("web", ".Id"));
        Assert.Equal(id, _root.Inspect(id[..5], ".Id"));
    }

    [Fact]
    public void What_it_writes_is_in_its_log_with_the_stream()
    {
        _root.Detached(["--name", "web"], "sh", "-c", "echo out; echo err >&2; printf end");
        _root.Run("wait", "web").Succeeds();
        Result logs = _root.Run("logs", "web").Exits(0);
        // docker's own default.
        Assert.Equal(logs.Out, _root.Run("logs", "--tail", "all", "web").Exits(0).Out);
        _root.Run("logs", "--tail", "few", "web").Fails(125, "--tail few", "a number, or all");
        _root.Run("ps", "--filter", "status=asleep").Fails(125, "invalid filter 'status=asleep'");
        Assert.Equal("out\nend", logs.Out);
        Assert.Equal("err\n", logs.Error);
    }

    [Fact]
    public void The_log_is_followed_to_the_end()
    {
        _root.Detached(["--name", "web", "-i"], "sh", "-c", "echo one; read line; echo two");
        using RunningProgram logs = _root.Start("logs", "-f", "web");
        logs.AwaitOut("one");
        _root.Run("kill", "web").Succeeds();
        Assert.Equal("one\n", logs.Result().Exits(0).Out);
    }

    [Fact]
    public void There_are_no_links_to_remove()
    {
        _root.Run("create", "--name", "web", Rootfs.Busybox, "true").Exits(0);
        _root.Run("rm", "-l", "web").Fails(125, "rm --link web", "no links");
        Assert.Equal("created", _root.Inspect("web", ".State.Status"));
    }

    [Theory]
    [InlineData("--rm")]
    [InlineData("--rm", "--restart", "no", "-v", "/data")]
    public void Wait_prints_the_exit_code_of_one_that_is_removed_at_its_end(params string[] options)
    {
        _root.Detached(["--name", "web", "-i", .. options], "sh", "-c", "read line; exit 5");
        using RunningProgram first = _root.Start("wait", "web"), second = _root.Start("container", "wait", _root.Inspect("web", ".Id"));
        using RunningProgram attached = _root.Start("attach", "web");
        attached.Input.Write("go\n");
        attached.Input.Flush();
        Assert.Equal("5\n", first.Result().Succeeds().Out);
        Assert.Equal("5\n", second.Result().Succeeds().Out);
        attached.Result().Exits(5);
        Assert.Empty(_root.Run("ps", "-aq").Succeeds().Out);
    }

    [Fact]
    public void Wait_prints_the_exit_code()
    {
        _root.Detached(["--name", "web"], "sh", "-c", "exit 7");
        Assert.Equal("7", _root.Run("wait", "web").Succeeds().Lines[0]);
        Assert.Equal("exited 7 exit",
            _root.Run("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}} {{.State.Cause}}", "web").Succeeds().Lines[0]);
    }

    [Fact]
    public void A_stopped_container_starts_again()
    {
        _root.Detached(["--name", "web"], "sh", "-c", "echo run; sleep 1000");
        Assert.True(Deadline.Wait(() => _root.Run("logs", "web").Out == "run\n"));
        _root.Run("restart", "-t", "0", "web").Succeeds();
        Assert.True(Deadline.Wait(() => _root.Run("logs", "web").Out == "run\nrun\n"));
        _root.Run("stop", "-t", "0", "web").Succeeds();
        _root.Run("start", "web").Succeeds();
        Assert.Equal("running", _root.Inspect("web", ".State.Status"));
        _root.Run("start", "web").Succeeds();
    }

    [Fact]
    public void Create_makes_it_and_start_runs_it()
    {
        string id = _root.Run("create", "--name", "web", Rootfs.Busybox, "echo", "hello").Exits(0).Lines[0];
        Assert.Equal("created", _root.Inspect(id, ".State.Status"));
        Assert.Equal("hello\n", _root.Run("start", "-a", "web").Exits(0).Out);
    }

    [Fact]
    public void Rm_leaves_nothing()
    {
        _root.Detached(["--name", "web"], "sleep", "1000");
        _root.Run("rm", "web").Exits(125);
        _root.Run("rm", "-f", "web").Succeeds();
        Assert.Empty(_root.Run("ps", "-aq").Succeeds().Out);
        Assert.Empty(Directory.GetDirectories(Path.Combine(_root.Path, "containers")));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_root.Path, "names")));
        Assert.All(Directory.GetDirectories(Path.Combine(_root.Path, "run")),
            runtime => Assert.Empty(Directory.GetFileSystemEntries(runtime)));
    }

    [Fact]
    public void With_rm_it_removes_itself()
    {
        _root.Detached(["--rm", "--name", "web"], "true");
        Assert.True(Deadline.Wait(() => _root.Run("ps", "-aq").Out.Length == 0));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_root.Path, "names")));
    }

    [Fact]
    public void A_name_is_taken_once()
    {
        _root.Detached(["--name", "web"], "true");
        _root.Run("run", "-d", "--name", "web", Rootfs.Busybox, "true").Fails(125, "web", "already in use");
        _root.Run("rename", "web", "old").Succeeds();
        _root.Detached(["--name", "web"], "true");
        _root.Run("rename", "web", "old").Fails(125, "old", "already in use");
    }

    [Fact]
    public void Who_is_not_named_gets_a_name() =>
        Assert.Matches("^/[a-z]+_[a-z]+[0-9]*$", _root.Inspect(_root.Detached([], "true"), ".Name"));

    [Theory]
    [InlineData("nosuch", 127, "not found")]
    [InlineData("/etc/passwd", 126, "permission denied")]
    public void A_command_that_cannot_be_executed_is_said(string command, int code, string why)
    {
        Result result = _root.Run("run", "-d", "--name", "web", Rootfs.Busybox, command).Exits(code);
        Assert.Contains(why, result.Error);
        Assert.Equal("created", _root.Inspect("web", ".State.Status"));
    }

    [Fact]
    public void In_the_foreground_it_is_attached_from_the_first_byte()
    {
        Result result = _root.Run("run", "--rm", "--label", "a=b", Rootfs.Busybox, "sh", "-c", "echo out; echo err >&2; exit 5").Exits(5);
        Assert.Equal("out\n", result.Out);
        Assert.Equal("err\n", result.Error);
    }

    [Fact]
    public void On_failure_is_restarted_so_often()
    {
        _root.Detached(["--name", "web", "--restart", "on-failure:2"], "sh", "-c", "echo again; exit 4");
        _root.Run("wait", "web").Succeeds();
        Assert.Equal("again\nagain\nagain\n", _root.Run("logs", "web").Out);
        Assert.Equal("2", _root.Inspect("web", ".RestartCount"));
    }

    [Fact]
    public void What_is_always_restarted_can_be_stopped()
    {
        _root.Detached(["--name", "web", "--restart", "always"], "sh", "-c", "echo again; exit 0");
        Assert.True(Deadline.Wait(() => _root.Run("logs", "web").Out.Split('\n').Length > 2));
        _root.Run("stop", "web").Succeeds();
        Assert.Equal("exited", _root.Inspect("web", ".State.Status"));
    }

    [Fact]
    public void When_its_monitor_is_killed_it_goes_on_and_is_still_ours()
    {
        _root.Detached(["--name", "web"], "sleep", "1000");
        int monitor = int.Parse(_root.Inspect("web", ".State.ConmonPid"), CultureInfo.InvariantCulture);
        Support.Minirun.Other("kill", "-9", monitor.ToString(CultureInfo.InvariantCulture)).Exits(0);
        Assert.True(
            Deadline.Wait(() => !Directory.Exists($"/proc/{monitor}") || File.ReadAllText($"/proc/{monitor}/stat").Contains(") Z ")));
        Assert.Equal("running", _root.Inspect("web", ".State.Status"));
        Assert.Equal("alive\n", _root.Run("exec", "web", "echo", "alive").Exits(0).Out);
        _root.Run("stop", "-t", "0", "web").Succeeds();
        Assert.Equal("exited 255 unknown",
            _root.Run("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}} {{.State.Cause}}", "web").Succeeds().Lines[0]);
        _root.Run("start", "web").Succeeds();
        Assert.Equal("running", _root.Inspect("web", ".State.Status"));
    }

    [Fact]
    public void When_both_are_killed_the_next_command_knows()
    {
        _root.Detached(["--name", "web"], "sleep", "1000");
        Support.Minirun.Other("kill", "-9", _root.Inspect("web", ".State.ConmonPid"), _root.Inspect("web", ".State.Pid")).Exits(0);
        Assert.True(_root.Becomes("web", ".State.Status", "exited"));
        _root.Run("rm", "web").Succeeds();
    }

    [Fact]
    public void Half_a_container_is_cleared_away()
    {
        _root.Detached([], "true");
        string half = Path.Combine(_root.Path, "containers", ".new-" + new string('a', 64));
        Directory.CreateDirectory(half);
        File.WriteAllText(Path.Combine(half, "config.json"), "{");
        _root.Run("ps").Succeeds();
        Assert.False(Directory.Exists(half));
    }

    [Fact]
    public void Prune_takes_what_has_ended()
    {
        string ended = _root.Detached([], "true"), running = _root.Detached([], "sleep", "1000");
        _root.Run("wait", ended).Succeeds();
        Assert.Contains(ended, _root.Run("container", "prune", "-f").Succeeds().Lines);
        Assert.Equal(running[..12], _root.Run("ps", "-aq").Succeeds().Lines[0]);
    }

    [Fact]
    public void Forty_start_at_once_and_all_of_them_go()
    {
        RunningProgram[] starts = [.. Enumerable.Range(0, 40).Select(_ => _root.Start("run", "-d", Rootfs.Busybox, "sleep", "1000"))];
        foreach (RunningProgram start in starts)
            using (start) start.Result().Exits(0);
        string[] ids = _root.Run("ps", "-q").Succeeds().Lines;
        Assert.Equal(40, ids.Length);
        _root.Run(["rm", "-f", .. ids]).Succeeds();
        Assert.Empty(Directory.GetDirectories(Path.Combine(_root.Path, "containers")));
    }

    [Requires(Need.Root | Need.Runc)]
    public void Runc_executes_it_when_asked()
    {
        _root.Detached(["--name", "web", "--runtime", "runc"], "sh", "-c", "echo by runc; sleep 1000");
        Assert.Equal("in it\n", _root.Run("exec", "web", "echo", "in it").Exits(0).Out);
        _root.Run("stop", "-t", "0", "web").Succeeds();
        Assert.Equal("by runc\n", _root.Run("logs", "web").Out);
        Assert.Equal("143", _root.Inspect("web", ".State.ExitCode"));
        _root.Run("rm", "web").Succeeds();
    }

    [Fact]
    public void Who_is_not_there_is_said() => _root.Run("stop", "nobody").Fails(1, "no such container: nobody");

    [Theory]
    [InlineData("--restart", "sometimes")]
    [InlineData("--log-driver", "nosuch")]
    [InlineData("--stop-signal", "NOSUCH")]
    [InlineData("--runtime", "nosuchruntime")]
    public void A_bad_flag_makes_no_container(string flag, string value)
    {
        Assert.Contains(value, _root.Run("run", "-d", flag, value, Rootfs.Busybox, "true").Exits(125).Error);
        Assert.Empty(_root.Run("ps", "-aq").Succeeds().Out);
    }

    [Fact]
    public void With_ephemeral_every_start_begins_with_the_root_file_system_as_it_is()
    {
        using var rootfs = new TemporaryRootfs();
        _root.Run("run", "-d", "--name", "web", "--ephemeral", rootfs.Path, "sh", "-c", "ls /made; touch /made; ls /made; sleep 1000")
            .Exits(0);
        Assert.True(Deadline.Wait(() => _root.Run("logs", "web").Out == "/made\n"));
        _root.Run("restart", "-t", "0", "web").Succeeds();
        Assert.True(Deadline.Wait(() => _root.Run("logs", "web").Out == "/made\n/made\n"));
        Assert.False(File.Exists(rootfs.Path + "/made"));
        _root.Run("run", "-d", "--ephemeral", "--runtime", "runc", rootfs.Path, "true").Fails(125, "--ephemeral: not with --runtime runc");
    }

    [Fact]
    public void What_the_runtime_advises_is_passed_on()
    {
        _root.Run("run", "-d", Rootfs.Busybox, "nosuch").Fails(127, "nosuch", "hint: PATH inside is");
        _root.Run("run", "-d", Rootfs.Busybox, "/etc/passwd").Fails(126, "/etc/passwd", "hint: chmod +x");
    }
}
