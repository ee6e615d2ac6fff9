using System.Globalization;
using Minirun.Cli.Tests.Engine;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Cgroups;

/// <summary>A program looks at /sys/fs/cgroup for the limits of its container.</summary>
public sealed class CgroupMountTests
{
    private const string ReadLimit = "cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null; true";

    [Requires(Need.Root)]
    public void A_container_with_a_limit_reads_it_inside()
    {
        foreach (string[] options in (string[][])[[], ["--net", "none"], ["--cgroupns", "host"], ["--net", "none", "--cgroupns", "host"],
            ["--userns", "host"], ["--ns", "user,mnt"], ["--userns", "0:100000:65536"]])
            Assert.Equal("67108864", Container.Sh(["-m", "64m", .. options], ReadLimit));
    }

    [Requires(Need.Root)]
    public void Dotnet_inside_takes_the_limit_for_what_there_is()
    {
        foreach (string net in (string[])["host", "none"])
            Assert.InRange(
                long.Parse(Container.Run(["-m", "256m", "--net", net], "/probe", "memory").Succeeds().Lines[0],
                    CultureInfo.InvariantCulture),
                1, 256 << 20);
    }

    [Requires(Need.Root)]
    public void Nothing_below_it_can_be_written()
    {
        foreach (string[] options in (string[][])[[], ["--net", "none"], ["--userns", "host"]])
            Assert.Equal("", Container.Sh(["-m", "64m", .. options],
                "cd /sys/fs/cgroup; for place in . *; do mkdir $place/new 2>/dev/null && echo made $place/new; done; for file in $(find "
                    + ". -name cgroup.procs -o -name release_agent -o -name memory.limit_in_bytes -o -name memory.max); do (echo 1 "
                        + ">$file) 2>/dev/null && echo wrote $file; done; true"));
    }

    [Fact]
    public void Without_a_limit_nothing_of_the_cgroups_is_seen()
    {
        Assert.DoesNotContain(" sys/fs/cgroup ", Support.Minirun.Run("run", "--dry-run", Rootfs.Busybox, "true").Succeeds().Out);
        foreach (string[] options in (string[][])[[], ["--userns", "host"], ["--cgroupns", "host"]])
            if (Kernel.Uid == 0 || options is not ["--userns", ..])
                Assert.Equal("", Container.Sh(options, "find /sys/fs/cgroup -mindepth 1"));
        // Who may mount could show it himself: as root he has one of his own (NodeTests).
        string seen = Container.Sh(["--privileged"], "find /sys/fs/cgroup -mindepth 1 -type d");
        if (Kernel.Uid == 0) OwnCgroup.AssertSeesNoOther(seen);
        else Assert.Equal("", seen);
    }

    [Requires(Need.Root)]
    public void With_a_limit_it_is_alone_in_all_hierarchies_and_sees_no_other()
    {
        using RunningProgram neighbour = Container.Start(["-m", "64m"], "sh", "-c", "echo ready; cat");
        neighbour.AwaitOut("ready");
        using RunningProgram container = Container.Start(["-m", "64m", "--cgroupns", "host"], "sh", "-c", OwnCgroup.Look + "; cat");
        Assert.True(Deadline.Wait(() => OwnCgroup.Directories($"minirun-{container.Pid}-*").Length == OwnCgroup.Hierarchies));
        string name = Path.GetFileName(OwnCgroup.Directories($"minirun-{container.Pid}-*")[0]);
        container.Input.Close();
        OwnCgroup.Check(container.Result().Succeeds().Out, name);
        OwnCgroup.AssertSeesNoOther(Container.Sh(["-m", "64m"], "find /sys/fs/cgroup -mindepth 1 -type d"));
        OwnCgroup.AssertSeesNoOther(
            Container.Run(["-m", "64m", "--explain", "--net", "none"], "find", "/sys/fs/cgroup", "-mindepth", "1", "-type", "d")
                .Exits(0).Out);
        Assert.Empty(OwnCgroup.Directories(name));
    }

    [Requires(Need.Root)]
    public void A_cgroup_that_is_left_out_takes_the_view_of_it_with_it() =>
        Assert.Equal("", Container.Run(["-m", "64m", "--without", "cgroup"], "sh", "-c", "find /sys/fs/cgroup -mindepth 1").Exits(0).Out);

    [Requires(Need.Root)]
    public void It_can_be_left_out() =>
        Assert.DoesNotContain("67108864",
            Container.Run(["-m", "64m", "--without", "sys/fs/cgroup", "--net", "none"], "sh", "-c", ReadLimit).Exits(0).Out);

    [Requires(Need.Root)]
    public void A_volume_takes_its_place() =>
        Assert.Equal("mine",
            Container.Sh(["-m", "64m", "--tmpfs", "/sys/fs/cgroup"], "echo mine >/sys/fs/cgroup/file; cat /sys/fs/cgroup/*"));

    [Requires(Need.Root)]
    public void A_container_that_lives_on_sees_its_own_cgroup_and_cannot_write_in_it()
    {
        using var root = new EngineRoot();
        root.Detached(["--name", "web", "-m", "64m"], "sleep", "1000");
        Assert.Equal("67108864\n", root.Run("exec", "web", "sh", "-c", ReadLimit).Exits(0).Out);
        root.Detached(["--name", "other"], "sleep", "1000");
        OwnCgroup.AssertSeesNoOther(root.Run("exec", "web", "find", "/sys/fs/cgroup", "-mindepth", "1", "-type", "d").Exits(0).Out);
        OwnCgroup.AssertSeesNoOther(root.Run("exec", "other", "find", "/sys/fs/cgroup", "-mindepth", "1", "-type", "d").Exits(0).Out);
        root.Run("exec", "web", "sh", "-c", "mkdir /sys/fs/cgroup/new || mkdir /sys/fs/cgroup/memory/new").Exits(1);
    }

    [Fact]
    public void A_container_that_lives_on_without_a_limit_starts_with_it_or_without()
    {
        using var root = new EngineRoot();
        root.Detached(["--name", "web"], "sh", "-c",
            "for place in /sys/fs/cgroup /sys/fs/cgroup/*; do mkdir $place/new && echo made; done 2>/dev/null; echo that was all");
        root.Run("wait", "web").Succeeds();
        Assert.Equal("that was all\n", root.Run("logs", "web").Succeeds().Out);
    }
}
