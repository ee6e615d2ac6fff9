using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

public sealed class LifetimeTests
{
    private const string TrapAndWait = "echo ready; while :; do sleep 0.05; done";

    [Fact]
    public void Every_exit_status_passes_through()
    {
        for (int status = 0; status <= 255; status++)
            Assert.Equal(status, Container.Run([], "/probe", "exit", status.ToString()).ExitCode);
    }

    [Theory]
    [InlineData(Kernel.SIGHUP)]
    [InlineData(Kernel.SIGKILL)]
    [InlineData(Kernel.SIGSEGV)]
    [InlineData(Kernel.SIGTERM)]
    public void A_command_killed_by_a_signal_gives_128_and_its_number(int number)
    {
        Assert.Equal(128 + number, Container.Run(["--init"], "/probe", "kill", number.ToString()).ExitCode);
        Assert.Equal(128 + number, Container.Run(["--pid=host"], "/probe", "kill", number.ToString()).ExitCode);
    }

    [Theory]
    [InlineData(Kernel.SIGHUP)]
    [InlineData(Kernel.SIGINT)]
    [InlineData(Kernel.SIGUSR1)]
    [InlineData(Kernel.SIGUSR2)]
    [InlineData(Kernel.SIGTERM)]
    [InlineData(Kernel.SIGWINCH)]
    public void A_signal_sent_to_minirun_reaches_the_command(int number)
    {
        using RunningProgram program = Container.Start([], "sh", "-c", $"trap 'echo got; exit 9' {number}; {TrapAndWait}");
        program.AwaitOut("ready");
        program.Signal(number);
        Result result = program.Result().Exits(9);
        Assert.Contains("got", result.Out);
    }

    [Fact]
    public void A_signal_reaches_the_command_through_init()
    {
        using RunningProgram program = Container.Start(["--init"], "sh", "-c", $"trap 'exit 9' TERM; {TrapAndWait}");
        program.AwaitOut("ready");
        program.Signal(Kernel.SIGTERM);
        program.Result().Exits(9);
    }

    [Theory]
    [InlineData(Kernel.SIGINT)]
    [InlineData(Kernel.SIGTERM)]
    public void A_command_that_handles_no_signal_is_ended_by_it(int number)
    {
        using RunningProgram program = Container.Start([], "sleep", "1000");
        Family.Await(program.Pid, "sleep");
        program.Signal(number);
        program.Result().Exits(128 + number);
    }

    [Fact]
    public void When_minirun_is_killed_nothing_lives_on()
    {
        using RunningProgram program = Container.Start([], "sh", "-c", "sleep 1000 & echo ready; exec sleep 1000");
        program.AwaitOut("ready");
        List<int> below = Family.Below(program.Pid);
        Assert.NotEmpty(below);
        program.Signal(Kernel.SIGKILL);
        Assert.True(Deadline.Wait(() => !below.Exists(Kernel.IsAlive)), $"still alive: {string.Join(' ', below.Where(Kernel.IsAlive))}");
    }

    /// <summary>
    /// docs/reliability.md says so: the kernel lets it, and only a process of ours that it cannot change sees to its end all the same.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false, "--init")]
    [InlineData(false, "--pid", "host")]
    [InlineData(false, "--ns", "user,mnt")]
    public void A_command_that_wants_to_outlive_minirun_does_where_nobody_of_ours_is_beside_it(bool outlives, params string[] options)
    {
        using RunningProgram program = Container.Start(options, "/probe", "outlive");
        program.AwaitOut("ready");
        List<int> below = Family.Below(program.Pid);
        program.Signal(Kernel.SIGKILL);
        Assert.True(Deadline.Wait(() => program.HasEnded));
        if (!outlives) Assert.True(Deadline.Wait(() => !below.Exists(Kernel.IsAlive)), string.Join(' ', options));
        foreach (int pid in below.Where(Kernel.IsAlive))
        {
            Assert.True(outlives);
            Kernel.Signal(pid, Kernel.SIGKILL);
            Assert.True(Deadline.Wait(() => !Kernel.IsAlive(pid)));
            outlives = false;
        }
        Assert.False(outlives, "it has not: docs/reliability.md and docs/security.md may say so");
    }

    [Fact]
    public void When_the_command_ends_nothing_it_started_lives_on()
    {
        using RunningProgram program = Container.Start([], "sh", "-c", "sleep 1000 & setsid sleep 1000 & echo ready; cat");
        program.AwaitOut("ready");
        List<int> below = Family.Below(program.Pid);
        Assert.True(below.Count >= 3);
        program.Input.Close();
        program.Result().Succeeds();
        Assert.DoesNotContain(below, Kernel.IsAlive);
    }

    [Fact]
    public void A_container_may_be_told_to_live_on()
    {
        using RunningProgram program = Container.Start(["--die-with-parent=false"], "sh", "-c", "echo ready; exec sleep 1000");
        program.AwaitOut("ready");
        int command = Assert.Single(Family.Below(program.Pid));
        program.Signal(Kernel.SIGKILL);
        Assert.True(Deadline.Wait(() => program.HasEnded));
        Assert.True(Kernel.IsAlive(command));
        Kernel.Signal(command, Kernel.SIGKILL);
        Assert.True(Deadline.Wait(() => !Kernel.IsAlive(command)));
    }

    [Fact]
    public void Init_is_process_1_and_called_fork_news()
    {
        Assert.StartsWith("fork-news", Container.Sh(["--init"], "tr '\\0' ' ' </proc/1/cmdline"));
        Assert.NotEqual("1", Container.Sh(["--init"], "echo $$"));
    }

    [Fact]
    public void Init_reaps_orphans() =>
        Assert.Equal("gone",
            Container.Sh(["--init"],
                "pid=$(sh -c 'sleep 0.05 >/dev/null & echo $!'); while [ -e /proc/$pid ]; do sleep 0.02; done; echo gone"));

    [Fact]
    public void Init_ends_with_the_command_and_takes_orphans_along()
    {
        using RunningProgram program = Container.Start(["--init"], "/probe", "spawn");
        program.Result().Succeeds();
    }

    [Theory]
    [InlineData("200ms")]
    [InlineData("0.2")]
    [InlineData("0.1s100ms")]
    public void A_container_is_killed_when_its_time_is_over(string time)
    {
        Result result = Container.Run(["--timeout", time], "sleep", "1000").Exits(137);
        Assert.Contains("--timeout", result.Error);
    }

    [Fact]
    public void A_container_that_ends_in_time_is_left_alone() =>
        Container.Run(["--timeout=1h30m"], "true").Succeeds();

    [Theory]
    [InlineData("soon")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1d")]
    [InlineData("1h3")]
    [InlineData("")]
    public void A_bad_duration_is_refused(string text) =>
        Container.Run(["--timeout", text], "true").Fails(125, "--timeout", "duration");

    [Fact]
    public void The_pid_file_has_the_commands_pid()
    {
        using var directory = new TemporaryDirectory();
        using RunningProgram program = Container.Start(["--pidfile", directory["pid"]], "sh", "-c", "echo ready; cat");
        program.AwaitOut("ready");
        program.Await(() => File.Exists(directory["pid"]), "the pid file");
        Assert.Equal(Family.Below(program.Pid)[0], int.Parse(directory.Read("pid")));
        program.Input.Close();
        program.Result().Succeeds();
    }

    [Fact]
    public void The_id_file_has_the_containers_id_and_is_never_overwritten()
    {
        using var directory = new TemporaryDirectory();
        Container.Run(["--cidfile", directory["id"]], "true").Succeeds();
        string id = directory.Read("id");
        Assert.Matches("^[0-9a-f]{64}$", id);
        Container.Run(["--cidfile", directory["id"]], "true").Fails(125, "--cidfile", "EEXIST");
        Assert.Equal(id, directory.Read("id"));
    }

    [Fact]
    public void A_container_that_never_ran_leaves_no_id()
    {
        using var directory = new TemporaryDirectory();
        Container.Run(["--cidfile", directory["id"]], "not-there").Exits(127);
        Assert.False(File.Exists(directory["id"]));
    }

    [Theory]
    [InlineData("--pidfile")]
    [InlineData("--cidfile")]
    public void A_file_that_cannot_be_written_is_named(string flag) =>
        Container.Run([flag, "/not/there/file"], "true").Fails(125, flag, "/not/there/file", "ENOENT");

    [Fact]
    public void A_name_is_taken_while_its_container_runs()
    {
        string name = "cli-tests-" + Guid.NewGuid().ToString("n")[..8];
        using RunningProgram program = Container.Start(["--name", name], "sh", "-c", "echo ready; cat");
        program.AwaitOut("ready");
        Container.Run(["--name", name], "true").Fails(125, name, "in use");
        program.Input.Close();
        program.Result().Succeeds();
        Container.Run(["--name", name], "true").Succeeds();
    }

    [Fact]
    public void A_name_is_free_again_when_its_minirun_was_killed()
    {
        string name = "cli-tests-" + Guid.NewGuid().ToString("n")[..8];
        using RunningProgram program = Container.Start(["--name", name], "sh", "-c", "echo ready; cat");
        program.AwaitOut("ready");
        program.Signal(Kernel.SIGKILL);
        Assert.True(Deadline.Wait(() => program.HasEnded));
        Container.Run(["--name", name], "true").Succeeds();
    }

    [Theory]
    [InlineData("")]
    [InlineData("-x")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("größe")]
    public void A_bad_name_is_refused(string name) =>
        Container.Run(["--name", name], "true").Fails(125, "--name", $"'{name}'");

    [Fact]
    public void Rm_is_accepted() =>
        Container.Run(["--rm"], "true").Succeeds();

    [Fact]
    public void Stdin_goes_in_and_both_outputs_come_out()
    {
        Result result = Container.Run(new Start { Input = "line\n" }, ["-i"], "sh", "-c", "cat; echo oops >&2").Exits(0);
        Assert.Equal("line\n", result.Out);
        Assert.Equal("oops\n", result.Error);
    }

    [Fact]
    public void Megabytes_pass_through_unharmed() =>
        Assert.Equal("8388608", Container.Sh([], "head -c 8388608 /dev/zero | wc -c"));

    [Fact]
    public void Ignored_signals_and_the_signal_mask_are_the_callers()
    {
        Assert.Equal("SigBlk:\t0000000000000000", Container.Sh([], "grep SigBlk /proc/self/status"));
        string ignored = Container.Run([], "cat", "/proc/self/status")
            .Succeeds().Lines.Single(line => line.StartsWith("SigIgn", StringComparison.Ordinal));
        Assert.Equal("SigIgn:\t0000000000000000", ignored);
        string hup = Container.Run(new Start { Before = "trap '' HUP" }, [], "cat", "/proc/self/status")
            .Succeeds().Lines.Single(line => line.StartsWith("SigIgn", StringComparison.Ordinal));
        Assert.Equal("SigIgn:\t0000000000000001", hup);
    }
}
