using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

public sealed class LimitTests
{
    [Theory]
    [InlineData("nofile=100:200", "Max open files", "100", "200")]
    [InlineData("nofile=100", "Max open files", "100", "100")]
    [InlineData("core=0", "Max core file size", "0", "0")]
    [InlineData("NPROC=50:60", "Max processes", "50", "60")]
    [InlineData("fsize=4096", "Max file size", "4096", "4096")]
    public void A_limit_is_as_given(string limit, string name, string soft, string hard)
    {
        string line = Container.Run(["--ulimit", limit], "/probe", "limits")
            .Succeeds().Lines.Single(each => each.StartsWith(name, StringComparison.Ordinal));
        Assert.Equal([soft, hard], line[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[..2]);
    }

    [Fact]
    public void Several_limits_can_be_given() =>
        Assert.Equal("64 0", Container.Sh(["--ulimit", "nofile=64", "--ulimit=core=0"], "echo $(ulimit -n) $(ulimit -c)"));

    [Theory]
    [InlineData("nofile", "NAME=SOFT")]
    [InlineData("nofile=1:2:3", "NAME=SOFT")]
    [InlineData("nofile=9:1", "above")]
    [InlineData("nofile=many", "'many'")]
    [InlineData("speed=1", "'speed'")]
    public void A_bad_limit_is_refused(string limit, string word) =>
        Container.Run(["--ulimit", limit], "true").Fails(125, word);

    [Fact]
    public void A_limit_above_the_callers_is_explained()
    {
        if (Kernel.MayRaiseLimits) return;
        Result result = Container.Run(new Start { Before = "ulimit -Sn 256; ulimit -Hn 512" }, ["--ulimit", "nofile=1000"], "true");
        result.Fails(125, "nofile", "EPERM", "CAP_SYS_RESOURCE");
    }

    [Requires(Need.SystemResource)]
    public void Root_raises_a_limit_and_lowers_the_oom_score_also_in_a_user_namespace() =>
        Assert.Equal("600 1000 -500",
            Container.Sh(new Start { Before = "ulimit -n 512; echo 300 >/proc/self/oom_score_adj" },
                ["--ulimit", "nofile=600:1000", "--oom-score-adj", "-500"],
            "echo $(ulimit -Sn) $(ulimit -Hn) $(cat /proc/self/oom_score_adj)"));

    [Fact]
    public void The_umask_is_as_given()
    {
        Assert.Equal("Umask: 0027", Container.Run(["--umask", "027"], "/probe", "umask").Succeeds().Lines[0]);
        Assert.Equal("Umask: 0000", Container.Run(["--umask=0"], "/probe", "umask").Succeeds().Lines[0]);
    }

    [Theory]
    [InlineData("--umask", "9")]
    [InlineData("--umask", "1000")]
    [InlineData("--umask", "")]
    [InlineData("--oom-score-adj", "1001")]
    [InlineData("--oom-score-adj", "high")]
    [InlineData("--nice", "20")]
    [InlineData("--nice", "1.5")]
    [InlineData("--cpuset", "1-0")]
    [InlineData("--cpuset", "a")]
    [InlineData("--cpuset", "")]
    public void A_bad_number_is_refused(string flag, string value) =>
        Container.Run([flag, value], "true").Fails(125, flag);

    [Fact]
    public void The_oom_score_is_as_given() =>
        Assert.Equal("500", Container.Sh(["--oom-score-adj", "500"], "cat /proc/self/oom_score_adj"));

    [Fact]
    public void The_nice_value_is_as_given()
    {
        // Nobody without rights gets below his own: the tests may run under nice(1).
        string given = Math.Clamp(int.Parse(File.ReadAllText("/proc/self/stat").Split(") ")[^1].Split(' ')[16]) + 1, 7, 19).ToString();
        Assert.Equal(given, Container.Run(["--nice", given], "/probe", "nice").Succeeds().Lines[0]);
    }

    [Requires(Need.User)]
    public void A_nice_value_below_the_callers_is_explained() =>
        Container.Run(["--nice", "-5"], "true").Fails(125, "nice");

    [Requires(Need.TwoProcessors)]
    public void The_processors_are_as_given()
    {
        Assert.Equal("Cpus_allowed_list: 1", Container.Run(["--cpuset", "1"], "/probe", "affinity").Succeeds().Lines[0]);
        Assert.Equal("Cpus_allowed_list: 0-1", Container.Run(["--cpuset", "0-1"], "/probe", "affinity").Succeeds().Lines[0]);
    }

    [Fact]
    public void Processors_that_are_not_there_are_explained() =>
        Container.Run(["--cpuset", "8000"], "true").Fails(125, "8000", "EINVAL");

    [Fact]
    public void No_cgroup_is_made_when_no_limit_is_asked_for()
    {
        using RunningProgram program = Container.Start([], "sh", "-c", "echo ready; cat");
        program.AwaitOut("ready");
        string inside = File.ReadAllText($"/proc/{TaskOf(program)}/cgroup");
        Assert.Equal(File.ReadAllText("/proc/self/cgroup"), inside);
        program.Input.Close();
        program.Result().Succeeds();
    }

    private static string TaskOf(RunningProgram program) =>
        File.ReadAllText($"/proc/{program.Pid}/task/{program.Pid}/children").Split(' ')[0];
}
