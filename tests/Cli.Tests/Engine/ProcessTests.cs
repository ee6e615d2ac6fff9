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

    /// <summary>
    /// Without a mount namespace, or any at all: nothing of the host's is mounted over then, and exec was in the host's root.
    /// </summary>
    [Theory]
    [InlineData("none")]
    [InlineData("user")]
    [InlineData("user,pid")]
    public void Exec_is_in_the_root_of_a_container_of_few_namespaces(string namespaces)
    {
        if (namespaces == "none" && Kernel.Uid != 0) return;   // chroot(2)
        string[] inside = Container.Run(["--ns", namespaces], "ls", "-A", "/").Exits(0).Lines;
        _root.Detached(["--name", "few", "--ns", namespaces], "sleep", "1000");
        Assert.Equal(inside, _root.Run("exec", "few", "ls", "-A", "/").Exits(0).Lines);
        Result elsewhere = _root.Run("exec", "-w", "/tmp", "few", "sh", "-c", "cd /.. && pwd && cd /tmp && pwd").Exits(0);
        Assert.Equal("/\n/tmp\n", elsewhere.Out);
        _root.Run("rm", "-f", "few").Exits(0);
    }

    [Fact]
    public void Exec_says_when_the_command_is_none()
    {
        _root.Run("run", "-d", "--name", "web", Rootfs.Busybox, "sleep", "1000").Exits(0);
        Result missing = _root.Run("exec", "web", "/no/command").Fails(127, "/no/command", "no such file");
        // Once, and a hint.
        Assert.Equal(2, missing.Error.Split("\n", StringSplitOptions.RemoveEmptyEntries).Length);
        _root.Run("exec", "web", "/etc/passwd").Fails(126, "/etc/passwd", "permission denied");
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
    public void Exec_that_is_detached_from_goes_on()
    {
        _root.Detached(["--name", "web"], "sleep", "1000");
        foreach (string[] keys in (string[][])[[], ["--detach-keys", "ctrl-a,x"]])
        {
            using (var terminal = new Pty(_root.How,
                [Programs.Minirun, "exec", "-it", .. keys, "web", "sh", "-c",
                    "trap 'exit 1' HUP; echo joined; until [ -e /tmp/go ]; do echo on; sleep 0.05; done; touch /tmp/gone"]))
            {
                terminal.Await("joined");
                terminal.Type(keys.Length == 0 ? "\u0010\u0011" : "\u0001x");
                Assert.Equal(0, terminal.ExitCode());
            }
            _root.Run("exec", "web", "touch", "/tmp/go").Exits(0);
            Assert.True(Deadline.Wait(() => _root.Run("exec", "web", "rm", "/tmp/gone").ExitCode == 0));
            _root.Run("exec", "web", "rm", "/tmp/go").Exits(0);
        }
        // Who held the terminal goes with it.
        Assert.True(Deadline.Wait(() => !_root.Run("top", "web").Out.Contains("joined")));
        using var wrong = new Pty(_root.How, [Programs.Minirun, "exec", "-it", "--detach-keys", "ctrl-", "web", "true"]);
        wrong.Await("--detach-keys ctrl-");
        Assert.Equal(125, wrong.ExitCode());
    }

    [Fact]
    public void Exec_with_a_terminal_ends_as_its_command_does()
    {
        _root.Detached(["--name", "web"], "sleep", "1000");
        using var absent = new Pty(_root.How, [Programs.Minirun, "exec", "-it", "web", "/no/command"]);
        absent.Await("/no/command");
        Assert.NotEqual(0, absent.ExitCode());
        using var killed = new Pty(_root.How, [Programs.Minirun, "exec", "-it", "web", "sh", "-c", "kill -KILL $$"]);
        Assert.Equal(137, killed.ExitCode());
        using var much = new Pty(_root.How, [Programs.Minirun, "exec", "-it", "web", "sh", "-c", "yes | head -100000; echo all"]);
        much.Await("all");
        Assert.Equal(0, much.ExitCode());
    }

    [Fact]
    public void Signals_to_an_exec_with_a_terminal_go_to_its_command()
    {
        _root.Detached(["--name", "web"], "sleep", "1000");
        using var terminal = new Pty(_root.How,
            [Programs.Minirun, "exec", "-it", "web", "sh", "-c", "trap 'exit 5' TERM; echo ready; while :; do sleep 0.05; done"]);
        terminal.Await("ready");
        terminal.Signal(Kernel.SIGTERM);
        Assert.Equal(5, terminal.ExitCode());
    }

    [Theory]
    [InlineData("ps")]
    [InlineData("stats", "--no-stream")]
    public void A_table_fits_the_terminal(params string[] verb)
    {
        string name = new('n', 70);
        _root.Detached(["--name", name], "sleep", "1000");
        string Screen(params string[] words)
        {
            using var terminal = new Pty(_root.How, ["/bin/sh", "-c", "stty cols 80; exec \"$0\" \"$@\"", Programs.Minirun, .. words]);
            terminal.Await("nnnnn");
            Assert.Equal(0, terminal.ExitCode());
            return terminal.Screen;
        }
        Assert.DoesNotContain(name, Screen(verb));
        Assert.Contains("…", Screen(verb));
        if (verb[0] == "ps") Assert.Contains(name, Screen("ps", "--no-trunc"));
    }

    [Fact]
    public void Top_shows_its_processes()
    {
        _root.Detached(["--name", "web"], "sleep", "1234");
        string[] lines = _root.Run("top", "web").Succeeds().Lines;
        Assert.StartsWith("UID", lines[0]);
        Assert.Contains(lines, line => line.EndsWith("sleep 1234", StringComparison.Ordinal));
    }

    /// <summary>It is no child of the first process. Without a cgroup, as ordinary users' on version 1, only the namespaces tell.</summary>
    [TheoryRequires(Need.UserNamespaces)]
    [InlineData]
    [InlineData("--ns", "user,mount,net")]
    [InlineData("--ns", "user,pid,net")]
    public void Top_and_stats_count_what_exec_has_started(params string[] flags)
    {
        _root.Detached(["--name", "web", .. flags], "sleep", "1234");
        _root.Run("exec", "-d", "web", "sh", "-c", "sleep 4321; true").Exits(0);
        string[] lines = [];
        // Also of those that exec has started the last one has executed its program.
        Deadline.Wait(() => (lines = _root.Run("top", "web").Succeeds().Lines).Length >= 4
            && Array.Exists(lines, line => line.EndsWith("sleep 4321", StringComparison.Ordinal)));
        Assert.Equal(4, lines.Length);   // the head, two sleeps, and the shell
        foreach (string seconds in (string[])["1234", "4321"])
            Assert.Contains(lines, line => line.EndsWith("sleep " + seconds, StringComparison.Ordinal));
        Assert.Equal("3", _root.Run("stats", "--no-stream", "--format", "{{.PIDs}}", "web").Succeeds().Lines[0]);
        _root.Run("rm", "-f", "web").Exits(0);
    }

    [Fact]
    public void Exec_speaks_of_its_flags()
    {
        _root.Detached(["--name", "web", "--userns", "single"], "sleep", "1000");
        _root.Run("exec", "-w", "tmp", "web", "pwd").Fails(125, "--workdir tmp: not an absolute path", "write -w /tmp");
        _root.Run("exec", "-u", "99999", "web", "id").Fails(125, "--user: user 99999 is not in the map", "uid_map");
        _root.Run("exec", "-u", "0:99999", "web", "id").Fails(125, "--user: group 99999 is not in the map", "gid_map");
        Assert.Equal("/\n", _root.Run("exec", "-w", "", "web", "pwd").Exits(0).Out);
    }

    [Fact]
    public void Top_takes_the_options_of_ps()
    {
        string id = _root.Detached(["--name", "web"], "sleep", "1234");
        string pid = _root.Inspect(id, ".State.Pid");
        string[][] Top(
            params string[] words) => [
                .. _root.Run(["top", "web", .. words])
                    .Succeeds().Lines.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        Assert.Equal(["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"], Top("-ef")[0]);
        Assert.Equal(["USER", "PID", "%CPU", "%MEM", "VSZ", "RSS", "TTY", "STAT", "START", "TIME", "COMMAND"], Top("aux")[0]);
        Assert.Equal([["PID", "COMMAND"], [pid, "sleep", "1234"]], Top("-o", "pid,args"));
        Assert.Equal([["PID", "COMMAND"], [pid, "sleep"]], Top("pid", "comm"));
        Assert.Equal([["WHO", "NSPID"], [Environment.UserName, "1"]], Top("-eo", "user=WHO", "-o", "nspid"));
        _root.Run("top", "web", "-o", "pid,nonsense").Fails(125, "top: column 'nonsense'", "-ef");
        _root.Run("top", "web", "-Z").Fails(125, "top: '-Z'");
        _root.Run("top", "web", "-o").Fails(125, "-o");
    }

    /// <summary>The same columns as ps(1) itself.</summary>
    [Fact]
    public void Top_shows_what_ps_shows()
    {
        if (Programs.Find("ps") is not { } ps) return;
        string id = _root.Detached(["--name", "web"], "sleep", "1234");
        const string columns = "uid,gid,pid,ppid,pgid,sid,comm,ni,pri,vsz,rss,stat,s,tty,time,nlwp,args";
        string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] ours = [], theirs = [];
        string pid = _root.Inspect(id, ".State.Pid");
        // Its memory changes until it sleeps.
        Deadline.Wait(() =>
        {
            ours = _root.Run("top", "web", "-o", columns).Succeeds().Lines;
            theirs = Minirun.Other(ps, "-o", columns, "-p", pid).Succeeds().Lines;
            return Words(ours[1]).SequenceEqual(Words(theirs[1]));
        });
        Assert.Equal(Words(theirs[0]), Words(ours[0]));
        Assert.Equal(Words(theirs[1]), Words(ours[1]));
    }

    [Fact]
    public void Exec_reads_variables_from_files()
    {
        using var here = new TemporaryDirectory();
        File.WriteAllText(here["env"], "# comment\nA=from file\nB=b\nPASSED\n");
        _root.Environment["PASSED"] = "on";
        _root.Detached(["--name", "web"], "sleep", "1000");
        Assert.Equal("from flag,b,on\n",
            _root.Run("exec", "-e", "A=from flag", "--env-file", here["env"], "web", "sh", "-c", "echo \"$A,$B,$PASSED\"").Exits(0).Out);
        _root.Run("exec", "--env-file", here["none"], "web", "true").Fails(125, "--env-file", "no such file");
    }

    [Requires(Need.Root)]
    public void Pause_lets_it_stand_still()
    {
        _root.Detached(["--name", "web"], "sleep", "1000");
        _root.Run("pause", "web").Succeeds();
        _root.Run("attach", "web").Fails(125, "you cannot attach to a paused container", "minirun unpause web");
        Assert.Equal("paused", _root.Inspect("web", ".State.Status"));
        _root.Run("exec", "web", "true").Fails(125, "paused");
        _root.Run("unpause", "web").Succeeds();
        Assert.Equal("running", _root.Inspect("web", ".State.Status"));
        _root.Run("pause", "web").Succeeds();
        _root.Run("stop", "-t", "0", "web").Succeeds();
        Assert.Equal("exited", _root.Inspect("web", ".State.Status"));
    }
}
