using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

using Minirun = Support.Minirun;

/// <summary>Whatever the root is made of: no way leads up from "/", and fork-news proves it.</summary>
public sealed class RootTests
{
    private const string Climb = "ls -a /.. /../.. /etc/../.. /proc/self/cwd/../..; cd ..; cd ..; ls -a .; ls -a /";

    public static TheoryData<string> Forms =>
    [
        "", "--ephemeral", "--read-only", "--ephemeral --read-only", "--ephemeral --init", "--ephemeral --net none",
        "--ephemeral -u 1000", "--ephemeral --cap-drop ALL", "--ephemeral --privileged",
        "--ephemeral --mount type=overlay,source={dir},target=/mnt",
        "-v {dir}:/mnt:rslave", "--ephemeral -v {dir}:/mnt:rslave", "--userns single", "--ephemeral --userns single",
    ];

    [Theory]
    [MemberData(nameof(Forms))]
    public void Above_the_root_is_the_root(string form)
    {
        if (form.Contains("-u ") && Needs.Missing(Need.SubordinateIdsOrRoot) is not null) return;
        using var rootfs = new TemporaryRootfs();
        using var directory = new TemporaryDirectory();
        string[] flags = form.Replace("{dir}", directory.Path).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Result result = Minirun.Run(["run", .. flags, rootfs.Path, "sh", "-c", Climb]).Succeeds();
        string[] lists = result.Out.Split('\n');
        // Six looks at one directory.
        Assert.Equal(6, lists.Count(name => name == "probe"));
        Assert.Equal(6, lists.Count(name => name == ".."));
    }

    /// <summary>The caller's own "/" may be a heap of mounts: one unmount takes the uppermost alone.</summary>
    [TheoryRequires(Need.Root)]
    [InlineData("")]
    [InlineData("--ephemeral")]
    public void Several_mounts_on_the_root_of_the_host_all_go(string form)
    {
        using var rootfs = new TemporaryRootfs();
        const string script = """
            mount -t tmpfs none / && mount -t tmpfs none / && "$@"
            """;
        string[] flags = form.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] command = [Programs.Minirun, "run", "--userns", "host", .. flags, rootfs.Path, "ls", "/.."];
        Result result = Minirun.Other("unshare", ["-m", "sh", "-c", script, "sh", .. command]);
        Assert.Contains("probe", result.Succeeds().Lines);
    }

    /// <summary>".." of a directory that the caller hands in leads through all of the host.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_directory_as_stdin_or_its_like_is_refused(int fd)
    {
        // What is on stderr then is lost.
        Start how = Support.Start.Plain with { Before = $"exec {fd}</" };
        Result result =
            Minirun.Run(how, "run", Rootfs.Busybox, "sh", "-c", "for fd in 0 1 2; do test ! -d /proc/self/fd/$fd || exit 9; done");
        // Where the command's user may not open it, a pipe goes in instead.
        if (Kernel.Uid != 0 && fd > 0 && result.ExitCode == 0) return;
        Assert.Equal(125, result.ExitCode);
        if (fd != 2) Assert.Contains("is a directory", result.Error);
    }

    [Fact]
    public void What_enters_the_root_can_be_left_out_and_then_nothing_is_proved()
    {
        Result result = Container.Run(["--without", "pivot_root"], "true");
        Assert.Contains("left out: pivot_root", result.Error);
        Assert.DoesNotContain("check-root", result.Error);
    }
}
