using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

/// <summary>minirun inside minirun.</summary>
public sealed class NestedTests
{
    private static readonly string[] s_open = ["--privileged"], s_hidden = ["--cap-add=ALL", "--security-opt", "seccomp=unconfined"];

    [Fact]
    public void A_container_in_a_container_says_hello()
    {
        Result result = Nested(s_open, [], "echo", "hello").Exits(0);
        Assert.Equal("hello\n", result.Out);
    }

    [Fact]
    public void Where_proc_is_partly_hidden_the_outer_one_is_shown_and_that_is_said()
    {
        Result result = Nested(s_hidden, [], "ls", "/proc/self/status").Exits(0);
        Assert.Equal("/proc/self/status\n", result.Out);
        Assert.Contains("proc on /proc: the kernel refuses a new one here", result.Error);
        Assert.Contains("--require procfs", result.Error);
    }

    [Fact]
    public void Require_procfs_makes_it_an_error() =>
        Nested(s_hidden, ["--require", "procfs"], "true").Fails(125, "cannot mount proc on /proc", "EPERM", "nested container");

    [Fact]
    public void Require_is_content_where_nothing_is_hidden() =>
        Container.Run(["--require", "procfs"], "true").Succeeds();

    [Fact]
    public void An_unknown_requirement_is_refused() =>
        Container.Run(["--require", "gravity"], "true").Fails(125, "--require gravity", "procfs");

    private static Result Nested(string[] outer, string[] inner, params string[] command)
    {
        using var rootfs = new TemporaryRootfs();
        return Support.Minirun.Run(["run", .. outer, "-v", $"{Programs.Minirun}:/minirun:ro", "-v", $"{rootfs.Path}:/mnt", Rootfs.Busybox, "/minirun", "run", .. inner, "/mnt", .. command]);
    }
}
