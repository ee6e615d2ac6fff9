using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

/// <summary>T11: what is open outside stays outside.</summary>
public sealed class FdTests
{
    private const string Leak = "for fd in $(seq 3 200); do eval \"exec $fd</etc/passwd\"; done; exec 201</; exec 250<.";

    [Fact]
    public void Only_stdin_stdout_and_stderr_go_in() =>
        Assert.Equal(["0", "1", "2"], Numbers(Container.Run([], "/probe", "fds")));

    [Theory]
    [InlineData()]
    [InlineData("--init")]
    [InlineData("--ephemeral")]
    [InlineData("--userns=single")]
    [InlineData("--ns=user")]
    public void Leaked_descriptors_do_not_go_in(params string[] options) =>
        Assert.Equal(["0", "1", "2"], Numbers(Container.Run(new Start { Before = Leak }, options, "/probe", "fds")));

    [Fact]
    public void Init_itself_holds_no_descriptor_of_the_host()
    {
        string links = Container.Sh(new Start { Before = Leak }, ["--init", "--cap-add=SYS_PTRACE"], "ls -l /proc/1/fd");
        Assert.DoesNotContain("/etc/passwd", links);
        Assert.DoesNotContain(Rootfs.Busybox, links);
    }

    [Fact]
    public void Asked_for_descriptors_go_in_and_no_others()
    {
        using var directory = new TemporaryDirectory();
        var how = new Start { Before = $"exec 3<'{directory.Write("three", "3")}' 4<'{directory.Write("four", "4")}' 5</etc/passwd" };
        Result result = Container.Run(how, ["--preserve-fds", "2"], "/probe", "fds");
        Assert.Equal(["0", "1", "2", "3", "4"], Numbers(result));
        Assert.Equal("34", Container.Sh(how, ["--preserve-fds=2"], "cat <&3 <&3; cat <&4"));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("many")]
    [InlineData("100000")]
    public void A_bad_count_is_refused(string count) =>
        Container.Run(["--preserve-fds", count], "true").Fails(125, "--preserve-fds", count);

    [Fact]
    public void A_descriptor_that_is_not_open_is_named() =>
        Container.Run(new Start { Before = "exec 3</dev/null 4<&-" }, ["--preserve-fds", "2"], "true")
            .Fails(125, "--preserve-fds 2", "descriptor 4 is not open");

    [Fact]
    public void Sockets_of_systemd_go_in_with_their_count_and_pid()
    {
        var how = new Start { Before = "exec 3</dev/null 4</dev/zero 5</dev/full; export LISTEN_FDS=2 LISTEN_PID=$$" };
        string[] lines = Container.Run(how, [], "/probe", "listen").Succeeds().Lines;
        Assert.Equal(["LISTEN_FDS=2", "LISTEN_PID=mine"], lines[..2]);
        Assert.Equal(["3", "4"], lines[2..].Select(line => line.Split(' ')[0]));
    }

    [Fact]
    public void Sockets_for_another_process_stay_out()
    {
        var how = new Start { Before = "exec 3</dev/null; export LISTEN_FDS=1 LISTEN_PID=1" };
        Assert.Equal(["LISTEN_FDS=", "LISTEN_PID="], Container.Run(how, [], "/probe", "listen").Succeeds().Lines);
    }

    // CVE-2024-21626
    [Theory]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(201)]
    [InlineData(250)]
    public void A_descriptor_is_no_way_out_as_a_working_directory(int fd)
    {
        Result result = Container.Run(new Start { Before = Leak }, ["-w", $"/proc/self/fd/{fd}"], "sh", "-c",
            "pwd; ls /proc/self/cwd/; ls ../../../../../../../etc/shadow");
        Assert.NotEqual(0, result.ExitCode);
        Assert.DoesNotContain("shadow\n", result.Out);
    }

    [Fact]
    public void The_caller_may_be_in_a_directory_that_is_not_there_inside() =>
        Assert.Equal("/", Container.Run(new Start { WorkingDirectory = TestRun.Directory }, [], "/probe", "cwd").Succeeds().Lines[0]);

    private static string[] Numbers(Result result) => [.. result.Succeeds().Lines.Select(line => line.Split(' ')[0])];
}
