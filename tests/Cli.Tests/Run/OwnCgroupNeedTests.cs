using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

using Minirun = Support.Minirun;

/// <summary>
/// As root a container that may mount has a control group of its own in every hierarchy, or does not run: else it would mount the host's.
/// </summary>
public sealed class OwnCgroupNeedTests
{
    // Of every hierarchy in a private mount namespace, as in a unit with ProtectControlGroups=yes.
    private const string ReadOnly =
        "awk '/ - cgroup2? / { print $5 }' /proc/self/mountinfo | "
        + "while read -r each; do mount -o remount,bind,ro \"$each\" || exit 1; done";

    private const string LastIsGone = "umount -l \"$(awk '/ - cgroup2? / { last = $5 } END { print last }' /proc/self/mountinfo)\"";

    public static TheoryData<string, string> Refused()
    {
        TheoryData<string, string> rows = [];
        foreach (string place in (string[])[ReadOnly, LastIsGone])
            foreach (string flags in (string[])["--cap-add SYS_ADMIN", "--privileged", "--privileged --userns host", "--without seccomp",
                "--security-opt seccomp=unconfined", "--ns user,pid --privileged", "--cap-add SYS_ADMIN -l a=b --rm"])
                rows.Add(place, flags);
        return rows;
    }

    [TheoryRequires(Need.Root)]
    [InlineData("--cap-add SYS_ADMIN", true)]
    [InlineData("--security-opt seccomp=unconfined", true)]
    [InlineData("--privileged --cap-drop ALL", true)]
    [InlineData("--privileged --userns host", true)]
    [InlineData("--without seccomp", true)]
    [InlineData("--without caps", true)]
    [InlineData("--without caps,bounding-caps,seccomp", true)]
    [InlineData("--ns user,pid --privileged", false)]
    [InlineData("--ns user --cap-add SYS_ADMIN", false)]
    [InlineData("--ns cgroup --cap-add SYS_ADMIN", false)]
    [InlineData("--ns none --cap-add SYS_ADMIN", false)]
    public void Who_may_come_to_mount_has_one_of_its_own(string flags, bool hasProc)
    {
        string[] words = ["run", .. flags.Split(' ')];
        Assert.Contains(" cgroup ", Minirun.Run([.. words, "--dry-run", Rootfs.Busybox, "true"]).Succeeds().Out);
        if (!hasProc) return;   // Without a mount namespace there is no /proc to look in.
        string[] lines = Minirun.Run([.. words, "--cgroupns", "host", Rootfs.Busybox, "cat", "/proc/self/cgroup"]).Exits(0).Lines;
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.Contains("minirun-", line));
    }

    [Requires(Need.Root)]
    public void Who_may_not_has_none_without_a_limit() =>
        Assert.DoesNotContain(" cgroup ", Minirun.Run("run", "--dry-run", "--cap-drop", "ALL", Rootfs.Busybox, "true").Succeeds().Out);

    [TheoryRequires(Need.Root)]
    [MemberData(nameof(Refused))]
    public void Where_none_can_be_made_it_does_not_run(string place, string flags)
    {
        using var state = new TemporaryDirectory();
        Result result = In(place, state, ["run", .. flags.Split(' '), Rootfs.Busybox, "echo", "ran"]);
        Assert.NotEqual(0, result.ExitCode);
        Assert.DoesNotContain("ran", result.Out);
        Assert.Contains("drop CAP_SYS_ADMIN and --privileged", result.Error);
    }

    [TheoryRequires(Need.Root)]
    [InlineData(ReadOnly, "")]
    [InlineData(LastIsGone, "")]
    [InlineData(LastIsGone, "-l a=b --rm")]
    [InlineData(ReadOnly, "-l a=b --rm")]
    public void Who_may_not_mount_runs_all_the_same(string place, string flags)
    {
        using var state = new TemporaryDirectory();
        string[] words = flags.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("ran\n", In(place, state, ["run", .. words, Rootfs.Busybox, "echo", "ran"]).Succeeds().Out);
    }

    [TheoryRequires(Need.Root)]
    [InlineData(ReadOnly)]
    [InlineData(LastIsGone)]
    public void Nor_does_a_bundle(string place)
    {
        if (!OciBundle.IsOurs) return;
        using var bundle = new OciBundle(
            config => config["process"]!["capabilities"] = JsonNode.Parse("""{"bounding": ["CAP_SYS_ADMIN"]}"""), "echo", "ran");
        Result result = Minirun.Other("unshare", "-m", "sh", "-c", place + "; exec \"$@\"", "sh", OciBundle.Program, "--root",
            bundle.Root, "run", "--bundle", bundle.Directory, bundle.Id);
        Assert.NotEqual(0, result.ExitCode);
        Assert.DoesNotContain("ran", result.Out);
        Assert.Contains("drop CAP_SYS_ADMIN and --privileged", result.Error);
    }

    /// <summary>A container that may not mount is there; what joins it would.</summary>
    [TheoryRequires(Need.Root)]
    [InlineData(ReadOnly)]
    [InlineData(LastIsGone)]
    public void Nor_does_what_joins_a_container_without_one(string place)
    {
        using var state = new TemporaryDirectory();
        const string script = """
            "$0" run -d --name x "$1" sleep 1000 >/dev/null && "$0" exec x echo joined
            "$0" exec --privileged x echo ran
            "$0" rm -f x >/dev/null
            """;
        Result result = Minirun.Other(With(state), "unshare", "-m", "sh", "-c", place + "\n" + script, Programs.Minirun, Rootfs.Busybox);
        Assert.Equal("joined\n", result.Out);
        Assert.Contains("drop CAP_SYS_ADMIN and --privileged", result.Error);
    }

    private static Start With(TemporaryDirectory state) => new() { Environment = { ["MINIRUN_ROOT"] = state.Path } };

    private static Result In(string place, TemporaryDirectory state, string[] words) =>
        Minirun.Other(With(state), "unshare", ["-m", "sh", "-c", place + "; exec \"$@\"", "sh", Programs.Minirun, .. words]);
}
