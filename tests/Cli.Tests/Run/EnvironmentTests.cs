using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

public sealed class EnvironmentTests
{
    private const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    [Fact]
    public void A_container_gets_dockers_defaults_and_nothing_of_the_callers() =>
        Assert.Equal([DefaultPath, "HOME=/root", "HOSTNAME=" + Rootfs.BusyboxName], Env([]));

    [Theory]
    [InlineData("-e", "A=1")]
    [InlineData("-eA=1")]
    [InlineData("-e=A=1")]
    [InlineData("--env", "A=1")]
    [InlineData("--env=A=1")]
    public void A_variable_can_be_given_in_all_of_dockers_forms(params string[] flag) =>
        Assert.Contains("A=1", Env(flag));

    [Fact]
    public void A_name_alone_passes_the_callers_value_on()
    {
        var how = new Start { Environment = { ["MINE"] = "my own", ["OTHER"] = "not asked for" } };
        string[] environment = Container.Run(how, ["-e", "MINE", "-e", "NOT_SET"], "/probe", "env").Succeeds().Lines;
        Assert.Contains("MINE=my own", environment);
        Assert.DoesNotContain(environment,
            entry => entry.StartsWith("OTHER", StringComparison.Ordinal) || entry.StartsWith("NOT_SET", StringComparison.Ordinal));
    }

    [Fact]
    public void The_last_value_wins_and_defaults_can_be_replaced()
    {
        string[] environment = Env(["-e", "A=1", "-e", "HOME=/elsewhere", "-e", "A=2"]);
        Assert.Contains("A=2", environment);
        Assert.DoesNotContain("A=1", environment);
        Assert.Contains("HOME=/elsewhere", environment);
        Assert.DoesNotContain("HOME=/root", environment);
    }

    [Fact]
    public void Values_go_in_as_they_are() =>
        Assert.Contains("V= a='b' $HOME \\n ä=", Env(["-e", "V= a='b' $HOME \\n ä="]));

    [Fact]
    public void An_empty_value_is_a_value() =>
        Assert.Contains("V=", Env(["-e", "V="]));

    [Fact]
    public void Clear_env_leaves_only_what_is_given() =>
        Assert.Equal(["A=1"], Env(["--clear-env", "-e", "A=1"]));

    [Fact]
    public void A_file_of_variables_is_read_as_docker_reads_it()
    {
        using var directory = new TemporaryDirectory();
        string file = directory.Write("env", "# comment\nA=from file\n\nQUOTED=\"kept\"\nMINE\nHASH=a # b\nB=file\n");
        var how = new Start { Environment = { ["MINE"] = "passed on" } };
        string[] environment = Container.Run(how, ["-e", "B=flag", "--env-file", file], "/probe", "env").Succeeds().Lines;
        foreach (string entry in (string[])["A=from file", "QUOTED=\"kept\"", "MINE=passed on", "HASH=a # b", "B=flag"])
            Assert.Contains(entry, environment);
        Assert.DoesNotContain("B=file", environment);
    }

    [Fact]
    public void A_bad_line_of_such_a_file_is_named_with_its_number()
    {
        using var directory = new TemporaryDirectory();
        string file = directory.Write("env", "A=1\nB = 2\n");
        Container.Run(["--env-file", file], "true").Fails(125, file + ":2", "'B '");
    }

    [Fact]
    public void A_missing_file_of_variables_is_named() =>
        Container.Run(["--env-file", "/not/there"], "true").Fails(125, "/not/there", "no such file");

    [Fact]
    public void A_variable_without_a_name_is_refused() =>
        Container.Run(["-e", "=1"], "true").Fails(125, "'=1'");

    [Fact]
    public void The_command_is_found_by_the_path_inside()
    {
        using var rootfs = new TemporaryRootfs();
        rootfs.WriteProgram("/opt/hello", "#!/bin/sh\necho found\n");
        Assert.Equal("found\n", Support.Minirun.Run("run", "-e", "PATH=/opt", rootfs.Path, "hello").Succeeds().Out);
        Support.Minirun.Run("run", rootfs.Path, "hello").Fails(127, "hello", "not found in $PATH");
    }

    private static string[] Env(string[] options) => Container.Run(options, "/probe", "env").Succeeds().Lines;
}
