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

    [Fact]
    public void A_container_that_lives_on_is_shown_the_outer_sysfs_where_no_new_one_can_be_had()
    {
        Result result = Detached([], "ls -d /sys/class /proc/1; touch /sys/new || echo read-only").Exits(0);
        Assert.Equal("/proc/1\n/sys/class\nread-only\n", result.Out);
    }

    /// <summary>A user namespace whose map has all ids looks like the machine's own, and has none of its rights.</summary>
    [Theory]
    [InlineData]
    [InlineData("--memory", "64m")]
    public void A_container_that_lives_on_runs_in_a_privileged_one(params string[] inner)
    {
        if (inner.Length > 0 && Kernel.Uid != 0) return;   // a user has no cgroup to share out
        using var rootfs = new TemporaryRootfs();
        string run = $"/minirun run -d --net none --name in {string.Join(' ', inner)} /mnt sh -c 'echo hello; exit 3'"
            + " && /minirun wait in && /minirun logs in && /minirun rm in";
        string[] shows = ["-v", $"{Programs.Minirun}:/minirun:ro", "-v", $"{rootfs.Path}:/mnt"];
        // Only a container that has a cgroup of its own has one to share out.
        string[] outer = ["--tmpfs", "/tmp", "-e", "MINIRUN_ROOT=/tmp/engine", .. shows,
            .. inner.Length > 0 ? ["--memory", "512m"] : Array.Empty<string>()];
        Assert.EndsWith("3\nhello\nin\n", Support.Minirun.Run(["run", .. s_open, .. outer, Rootfs.Busybox, "sh", "-c", run]).Exits(0).Out);
    }

    [Theory]
    [InlineData("sysfs")]
    [InlineData("procfs")]
    public void It_does_not_start_with_less_than_it_requires(string what) =>
        Detached(["--require", what], "true")
            .Fails(125, $"cannot mount {(what == "procfs" ? "proc" : what)} on /", "EPERM", "nested container");

    /// <summary>The output of a background container, in a container that sees only a part of /sys and /proc.</summary>
    private static Result Detached(string[] inner, string script)
    {
        using var rootfs = new TemporaryRootfs();
        string run = $"/minirun run -d --net none --name in {string.Join(' ', inner)} /mnt sh -c '{script}' >/tmp/id 2>/tmp/error "
            + $"</dev/null || {{ cat /tmp/error >&2; exit 125; }}; /minirun wait in >/dev/null; /minirun logs in 2>/dev/null";
        return Support.Minirun.Run(
            ["run", .. s_hidden, "--tmpfs", "/sys/kernel", "--tmpfs", "/tmp", "-e", "MINIRUN_ROOT=/tmp/engine", "-v",
                $"{Programs.Minirun}:/minirun:ro", "-v", $"{rootfs.Path}:/mnt", Rootfs.Busybox, "sh", "-c", run]);
    }

    private static Result Nested(string[] outer, string[] inner, params string[] command)
    {
        using var rootfs = new TemporaryRootfs();
        return Support.Minirun.Run(
            ["run", .. outer, "-v", $"{Programs.Minirun}:/minirun:ro", "-v", $"{rootfs.Path}:/mnt", Rootfs.Busybox, "/minirun", "run",
                .. inner, "/mnt", .. command]);
    }
}
