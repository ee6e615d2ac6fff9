using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

public sealed class ParserTests
{
    [Theory]
    [InlineData("--hostname", "x")]
    [InlineData("--hostname=x")]
    [InlineData("-h", "x")]
    [InlineData("-hx")]
    [InlineData("-h=x")]
    [InlineData("-ihx")]
    [InlineData("-i", "--hostname", "x", "--")]
    public void Flags_have_dockers_forms(params string[] flags) =>
        Assert.Equal("x", Container.Sh(flags, "hostname"));

    [Theory]
    [InlineData("--read-only=false")]
    [InlineData("--read-only=0")]
    [InlineData("--read-only", "--read-only=false")]
    [InlineData("-t=false")]
    [InlineData("--tty=false", "-i")]
    public void A_switch_can_be_switched_off(params string[] flags) =>
        Container.Run(["--ephemeral", .. flags], "touch", "/x").Succeeds();

    [Fact]
    public void A_switch_with_a_strange_value_is_refused() =>
        Container.Run(["--read-only=perhaps"], "true").Fails(125, "--read-only=perhaps: neither true nor false", "write --read-only");

    // IO10: nothing is joined, split or expanded on the way.
    [Fact]
    public void Arguments_go_in_verbatim()
    {
        string[] arguments = ["", " a  b ", "two\nlines", "größe", "日本", "'\"\\$HOME*", "--", "-e", "--help", "-"];
        Assert.Equal(arguments.Select(argument => $"{System.Text.Encoding.UTF8.GetByteCount(argument)}:{argument}"),
            Container.Run([], ["/probe", "arguments", .. arguments]).Succeeds().Out.TrimEnd('\n').Replace("two\nlines", "two\u0001lines")
                .Split('\n').Select(line => line.Replace('\u0001', '\n')));
    }

    [Fact]
    public void A_shell_gets_its_arguments_one_by_one()
    {
        Assert.Equal("\n", Container.Run([], "sh", "-c", "echo", "hello camp!").Succeeds().Out);
        Assert.Equal("hello camp!\n", Container.Run([], "sh", "-c", "echo \"$0\"", "hello camp!").Succeeds().Out);
    }

    [Fact]
    public void Arguments_that_are_not_UTF_8_go_in_as_they_are() =>
        Assert.Equal("ff fe",
            Container.Sh(new Start { Before = """set -- "${@:1:$#-1}" "printf '%s' $'\xff\xfe' | od -An -tx1 | sed 's/^ *//'" """ }, [],
                "replaced"));

    [Fact]
    public void Flags_after_the_root_file_system_are_the_commands() =>
        Assert.Equal("--net none --help\n", Container.Run([], "echo", "--net", "none", "--help").Succeeds().Out);

    [Fact]
    public void Two_dashes_end_the_options()
    {
        using var rootfs = new TemporaryRootfs();
        string directory = Path.GetDirectoryName(rootfs.Path)!, link = Path.Combine(directory, "-x" + Guid.NewGuid().ToString("n")[..6]);
        File.CreateSymbolicLink(link, rootfs.Path);
        Support.Minirun.Run(new Start { WorkingDirectory = directory }, "run", "--", Path.GetFileName(link), "true").Succeeds();
        File.Delete(link);
    }

    [Fact]
    public void Without_a_command_it_is_a_shell()
    {
        Assert.Equal("hello\n", Support.Minirun.Run(new Start { Input = "echo hello\n" }, "run", Rootfs.Busybox).Succeeds().Out);
    }

    [Fact]
    public void A_flag_without_its_value_is_named() =>
        Support.Minirun.Run("run", "--hostname").Fails(125, "--hostname", "NAME");

    [Fact]
    public void Without_a_root_file_system_it_says_what_is_missing() =>
        Support.Minirun.Run("run").Fails(125, "no root file system");

    [Fact]
    public void An_unknown_flag_is_named_and_a_near_one_offered()
    {
        Result result = Container.Run(["--hostnam", "x"], "true").Exits(125);
        Assert.Contains("--hostnam", result.Error);
        Assert.Contains("--hostname", result.Error);
        Container.Run(["-Q"], "true").Exits(125);
    }

    [Theory]
    [InlineData("/not/there", "no such directory")]
    [InlineData("alpine", "no such directory")]
    [InlineData("/etc/passwd", "not a directory")]
    public void A_root_file_system_that_is_none_is_explained(string path, string word) =>
        Support.Minirun.Run("run", path, "true").Fails(125, path, word);

    [Fact]
    public void The_root_file_system_may_be_a_relative_path_with_a_slash_at_the_end() =>
        Assert.Equal(Rootfs.BusyboxName,
            Support.Minirun.Run(new Start { WorkingDirectory = TestRun.Directory + "/.", Environment = { ["BUSYBOX"] = Rootfs.Busybox } },
                "run", "./" + Rootfs.BusyboxName + "/", "hostname")
                .Succeeds().Lines[0]);

    [Fact]
    public void Everybody_may_use_it_at_once() =>
        Assert.All(
            Enumerable.Range(0, 20).AsParallel().WithDegreeOfParallelism(8)
                .Select(i => Container.Run(["-e", $"N={i}"], "sh", "-c", "exit $N").ExitCode - i),
            difference => Assert.Equal(0, difference));

    [Theory]
    [InlineData("/bin/")]
    [InlineData("")]
    public void A_command_whose_name_is_no_text_is_found(string directory)
    {
        using var rootfs = new TemporaryRootfs();
        // bash writes the byte: .NET's own strings cannot say it.
        string name = $"$'{directory}odd\\xff'";
        var how = new Start {
            Before = $"cp '{rootfs.Inside("/probe")}' '{rootfs.Inside("/bin")}'/$'odd\\xff'; set -- run '{rootfs.Path}' {name} exit 7" };
        Support.Minirun.Run(how).Exits(7);
    }
}
