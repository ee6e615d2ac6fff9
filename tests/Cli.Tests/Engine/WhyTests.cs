using System.Text.Json;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

public sealed class WhyTests : IDisposable
{
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    private string Graves => Path.Combine(_root.Path, "graveyard");

    private JsonElement Why(string name) => JsonDocument.Parse(_root.Run("why", "--json", name).Succeeds().Out).RootElement;

    private void Ends(string name, string[] options, params string[] command)
    {
        _root.Detached(["--name", name, .. options], command);
        _root.Run("wait", name).Exits(0);
    }

    [Fact]
    public void A_run_before_that_a_signal_ended_is_told_with_its_name()
    {
        _root.Detached(["--name", "web"], "sleep", "1000");
        _root.Run("kill", "web").Succeeds();
        _root.Run("start", "web").Succeeds();
        Assert.Equal("SIGKILL", Why("web").GetProperty("Before").GetProperty("Signal").GetString());
        Assert.Matches("run before +ended by SIGKILL after ", _root.Run("why", "web").Succeeds().Out);
        _root.Run("restart", "-t", "0", "web").Succeeds();
        Assert.Matches("run before +ended by SIGTERM after ", _root.Run("why", "web").Succeeds().Out);
    }

    [Fact]
    public void It_tells_how_a_container_started_and_ended()
    {
        Ends("web", [], "sh", "-c", "echo out; echo err >&2; exit 3");
        string text = _root.Run("why", "web").Succeeds().Out;
        Assert.Contains("): exited with code 3 after ", text);
        Assert.Contains("  | out\n", text);
        Assert.Contains("  ! err\n", text);
        JsonElement why = Why("web");
        Assert.Equal(["monitor", "log", "network", "volumes", "create", "connect", "start", "running", "output", "end", "clean up"],
            why.GetProperty("Steps").EnumerateArray().Select(step => step.GetProperty("Name").GetString()));
        long[] times = [.. why.GetProperty("Steps").EnumerateArray().Select(step => step.GetProperty("TimeNano").GetInt64())];
        Assert.Equal(times.Order(), times);
        Assert.Equal(("exit", 3), (why.GetProperty("Cause").GetString(), why.GetProperty("ExitCode").GetInt32()));
        Assert.True(why.GetProperty("Memory").GetProperty("Peak").GetInt64() > 0);
        Assert.Equal(JsonValueKind.Null, why.GetProperty("Removed").ValueKind);
    }

    [Fact]
    public void It_is_told_after_the_removal_too_by_name_id_and_the_beginning_of_one()
    {
        string id = _root.Detached(["--name", "web"], "sh", "-c", "echo once; exit 3");
        _root.Run("wait", "web").Exits(0);
        _root.Run("rm", "web").Succeeds();
        Assert.Empty(_root.Leftovers());
        foreach (string called in (string[])["web", id, id[..9]])
            Assert.Contains("): exited with code 3", _root.Run("why", called).Succeeds().Out);
        Assert.Equal("once", Why("web").GetProperty("Log")[0].GetProperty("Line").GetString());
        Assert.Equal(JsonValueKind.String, Why("web").GetProperty("Removed").ValueKind);
    }

    [Fact]
    public void Of_one_name_the_last_is_told()
    {
        foreach (string code in (string[])["3", "4"])
        {
            Ends("web", [], "sh", "-c", "exit " + code);
            _root.Run("rm", "web").Succeeds();
        }
        Assert.Equal(4, Why("web").GetProperty("ExitCode").GetInt32());
        Ends("web", [], "sh", "-c", "exit 5");
        Assert.Equal(5, Why("web").GetProperty("ExitCode").GetInt32());
    }

    [Fact]
    public void A_container_that_removes_itself_is_remembered()
    {
        string id = _root.Detached(["--name", "web", "--rm"], "sh", "-c", "exit 6");
        Assert.True(Deadline.Wait(() => !Directory.Exists(Path.Combine(_root.Path, "containers", id))));
        Assert.Equal(6, Why("web").GetProperty("ExitCode").GetInt32());
    }

    [Fact]
    public void One_that_could_not_start_says_at_which_step()
    {
        _root.Run("run", "-d", "--name", "web", Rootfs.Busybox, "no-such-program").Exits(127);
        JsonElement why = Why("web");
        Assert.Equal("start", why.GetProperty("Cause").GetString());
        Assert.Contains(why.GetProperty("FailedStep").GetString(), (string[])["create", "start"]);
        Assert.Contains("no-such-program", why.GetProperty("Error").GetString());
        Assert.Contains("could not be started", _root.Run("why", "web").Succeeds().Out);
    }

    [Fact]
    public void A_log_driver_that_does_not_open_is_the_step_that_failed()
    {
        _root.Run("run", "-d", "--name", "web", "--log-driver", "syslog", "--log-opt", "syslog-address=unix:///nowhere/socket",
            Rootfs.Busybox, "true")
            .Exits(125);
        Assert.Equal("log", Why("web").GetProperty("FailedStep").GetString());
    }

    [Fact]
    public void Who_ended_it_is_told()
    {
        _root.Detached(["--name", "asked"], "sleep", "1000");
        _root.Run("stop", "-t", "0", "asked").Succeeds();
        JsonElement asked = Why("asked");
        Assert.Equal("signal SIGTERM", $"{asked.GetProperty("Cause").GetString()} {asked.GetProperty("Signal").GetString()}");
        Assert.True(asked.GetProperty("Asked").GetBoolean());
        _root.Detached(["--name", "killed"], "sleep", "1000");
        Support.Minirun.Other("kill", "-9", _root.Inspect("killed", ".State.Pid")).Exits(0);
        _root.Run("wait", "killed").Exits(0);
        Assert.False(Why("killed").GetProperty("Asked").GetBoolean());
        Assert.Contains("hint         minirun did not send it", _root.Run("why", "killed").Succeeds().Out);
        Ends("late", ["--timeout", "0.1"], "sleep", "1000");
        Assert.Equal("timeout", Why("late").GetProperty("Cause").GetString());
    }

    [Fact]
    public void A_forbidden_system_call_is_a_cause()
    {
        string profile = Path.Combine(_root.Path, "profile.json");
        File.WriteAllText(profile,
            """{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_KILL_PROCESS"}]}""");
        Ends("web", ["--security-opt", "seccomp=" + profile], "mkdir", "/tmp/never");
        Assert.Equal("seccomp", Why("web").GetProperty("Cause").GetString());
        // Where the kernel says which, and we may read it.
        Assert.All(Why("web").GetProperty("DeniedCalls").EnumerateArray(), call => Assert.StartsWith("mkdir", call.GetString()));
    }

    [Fact]
    public void The_run_before_is_told_of_one_that_was_started_again()
    {
        _root.Detached(["--name", "web", "--restart", "on-failure:2"], "sh", "-c", "exit 9");
        Assert.True(_root.Becomes("web", ".State.Status", "exited"));
        JsonElement why = Why("web");
        Assert.Equal((2, 9), (why.GetProperty("RestartCount").GetInt32(), why.GetProperty("Before").GetProperty("ExitCode").GetInt32()));
    }

    [Fact]
    public void What_a_container_writes_does_nothing_to_the_terminal()
    {
        // ESC and BEL, C1's CSI in UTF-8, a carriage return, an override of the direction, a byte that is no UTF-8.
        Ends("web", [], "printf", @"\033]0;owned\007 \302\233 a\rb \342\200\256evil \377\n");
        foreach (string removed in (string[])["", "rm"])
        {
            if (removed.Length > 0) _root.Run("rm", "web").Succeeds();
            using var terminal = new Pty(_root.How, [Programs.Minirun, "why", "web"]);
            terminal.Await("^[]0;owned^G \\u009b a^Mb \\u202eevil");
            Assert.Equal(0, terminal.ExitCode());
            Assert.DoesNotContain('\u001b', _root.Run("why", "web").Out);
            Assert.All(_root.Run("why", "--json", "web").Out, c => Assert.InRange(c, '\n', '~'));
        }
    }

    [Fact]
    public void What_is_remembered_has_a_bound()
    {
        Directory.CreateDirectory(Graves);
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000_000;
        for (int i = 0; i < 120; i++) File.WriteAllText(Path.Combine(Graves, $"{now - i:D19}-{i:x64}.json"), "{}");
        File.WriteAllText(Path.Combine(Graves, $"{now:D19}-{new string('a', 64)}.json.77.tmp"), "{");
        _root.Run("create", "--name", "web", Rootfs.Busybox, "true").Exits(0);
        _root.Run("rm", "web").Succeeds();
        Assert.Equal(100, Directory.GetFiles(Graves).Length);
        Assert.Contains("made, and never started", _root.Run("why", "web").Succeeds().Out);
    }

    [Fact]
    public void What_is_older_than_a_week_is_forgotten()
    {
        Directory.CreateDirectory(Graves);
        long eightDays = (DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - 8 * 86_400_000L) * 1_000_000;
        string old = Path.Combine(Graves, $"{eightDays:D19}-{new string('a', 64)}.json");
        File.WriteAllText(old, "{}");
        _root.Run("create", "--name", "web", Rootfs.Busybox, "true").Exits(0);
        _root.Run("rm", "web").Succeeds();
        Assert.False(File.Exists(old));
        Assert.Single(Directory.GetFiles(Graves));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Directory.GetFiles(Graves)[0]));
    }

    [Fact]
    public void Who_never_was_is_not_told_of() => _root.Run("why", "nobody").Fails(1, "no such container: nobody");
}
