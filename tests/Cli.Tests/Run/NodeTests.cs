using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

using Minirun = Support.Minirun;

/// <summary>
/// A node of a device in a root file system or a volume, which whoever made it has put in, opens nothing of the host's, in any way of
/// running.
/// </summary>
public sealed class NodeTests : IDisposable
{
    private readonly TemporaryRootfs _rootfs = new();
    private readonly TemporaryDirectory _volume = new(), _state = new();

    public NodeTests()
    {
        // /dev/fuse: nothing happens when it is opened, and no default of a container has it.
        if (Kernel.Uid != 0) return;
        // Other ids could not make them.
        foreach (string place in (string[])["/volume", "/mount", "/copied"]) Directory.CreateDirectory(_rootfs.Path + place);
        foreach (string place in (string[])[_rootfs.Path, _volume.Path])
            Minirun.Other("mknod", "-m", "666", place + "/node", "c", "10", "229").Succeeds();
    }

    public void Dispose()
    {
        _rootfs.Dispose();
        _volume.Dispose();
        _state.Dispose();
    }

    [TheoryRequires(Need.Root)]
    [InlineData("")]
    [InlineData("--init")]
    [InlineData("--userns host")]
    [InlineData("--userns host --ephemeral")]
    [InlineData("--ephemeral")]
    [InlineData("--read-only")]
    [InlineData("-m 100m")]
    [InlineData("-l a=b --rm")]
    [InlineData("--userns host -l a=b --rm")]
    public void Neither_a_roots_node_nor_a_volumes_opens_a_device(string flags)
    {
        Result result = Run(
            [.. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries), "-v", _volume.Path + ":/volume", "--mount",
                $"type=bind,source={_volume.Path},destination=/mount"]);
        Assert.Equal("/node: no\n/volume/node: no\n/mount/node: no\n", result.Out);
    }

    /// <summary>A control group file system shows the cgroup that its namespace begins at: that must be the container's own.</summary>
    [TheoryRequires(Need.Root)]
    [InlineData("--cap-add SYS_ADMIN")]
    [InlineData("--cap-add ALL --net none")]
    [InlineData("--privileged")]
    [InlineData("--privileged --userns 0:100000:65536")]
    [InlineData("--cap-add SYS_ADMIN --userns host")]
    [InlineData("--cap-add SYS_ADMIN --userns single --ephemeral")]
    [InlineData("--cap-add SYS_ADMIN -l a=b")]
    public void Who_may_mount_sees_no_control_group_of_another(string flags)
    {
        const string script = """
            mkdir -p /dev/shm/c
            for kind in 'cgroup -o freezer' 'cgroup -o devices' 'cgroup -o cpuset' 'cgroup -o pids' cgroup2; do
                mount -t $kind c /dev/shm/c 2>/dev/null || continue
                echo mounted; find /dev/shm/c -mindepth 1 -type d; umount /dev/shm/c
            done
            """;
        string[] words = [.. flags.Split(' '), "--rm", _rootfs.Path, "sh", "-c", script];
        string[] lines = Minirun.Run(["run", .. words]).Succeeds().Lines;
        Assert.All(lines, line => Assert.Equal("mounted", line));
    }

    [Requires(Need.Root)]
    public void Who_asks_for_a_volumes_devices_has_them() =>
        Assert.Equal("/node: no\n/volume/node: yes\n/mount/node: yes\n",
            Run(["-v", _volume.Path + ":/volume:dev", "--mount", $"type=bind,source={_volume.Path},destination=/mount,dev"]).Out);

    /// <summary>Whoever may mount takes nodev off, of the mount itself and of a copy.</summary>
    [TheoryRequires(Need.Root)]
    [InlineData("--cap-add SYS_ADMIN")]
    [InlineData("--cap-add ALL --init")]
    [InlineData("--cap-add SYS_ADMIN --userns host")]
    [InlineData("--cap-add SYS_ADMIN --userns host --ephemeral")]
    [InlineData("--cap-add SYS_ADMIN --userns single")]
    [InlineData("--cap-add SYS_ADMIN --userns 0:100000:65536")]
    [InlineData("--cap-add SYS_ADMIN --ephemeral")]
    [InlineData("--cap-add SYS_ADMIN --read-only")]
    [InlineData("--cap-add SYS_ADMIN -m 100m")]
    [InlineData("--cap-add SYS_ADMIN -l a=b --rm")]
    [InlineData("--privileged")]
    [InlineData("--privileged --explain")]
    [InlineData("--privileged --device /dev/full")]
    [InlineData("--privileged --ephemeral")]
    [InlineData("--privileged --userns single")]
    [InlineData("--privileged --userns 0:100000:65536")]
    [InlineData("--privileged -m 100m")]
    [InlineData("--privileged -l a=b --rm")]
    [InlineData("--privileged --userns 0:100000:65536 -l a=b --rm")]
    public void Nor_for_who_may_mount(string flags)
    {
        string[] volumes = ["-v", _volume.Path + ":/volume", "--mount", $"type=bind,source={_volume.Path},destination=/mount"];
        string script = TakeOff + Look("/node /volume/node /mount/node /copied/node /dev/null");
        Result result = Run([.. flags.Split(' '), .. volumes], script);
        Assert.Equal("/node: no\n/volume/node: no\n/mount/node: no\n/copied/node: no\n/dev/null: yes\n", result.Out);
    }

    [Requires(Need.Runc | Need.Root)]
    public void Nor_with_another_runtime() =>
        Assert.Equal("/node: no\n/volume/node: no\n",
            Run(["--privileged", "--runtime", "runc", "--rm", "-v", _volume.Path + ":/volume"], Look("/node /volume/node")).Out);

    [TheoryRequires(Need.Root)]
    [InlineData("--privileged")]
    [InlineData("--cap-add SYS_ADMIN")]
    [InlineData("--privileged -l a=b --rm")]
    public void Who_may_mount_has_the_devices_that_were_given(string flags)
    {
        string[] gives = ["-v", _volume.Path + ":/volume:dev", "-v", "/dev:/mount", "--device", "/dev/full:/node"];
        Result result = Run([.. flags.Split(' '), .. gives], Look("/node /volume/node /mount/zero"));
        Assert.Equal("/node: yes\n/volume/node: yes\n/mount/zero: yes\n", result.Out);
    }

    /// <summary>It has the host's user namespace, and so all of the host's rights.</summary>
    [Requires(Need.Root)]
    public void The_hosts_own_root_opens_all_of_them() =>
        Assert.Equal("/node: yes\n/volume/node: yes\n/mount/node: yes\n",
            Run(["--privileged", "--userns", "host", "-v", _volume.Path + ":/volume", "-v", _volume.Path + ":/mount"]).Out);

    /// <summary>We work in other mounts while the child is cloned.</summary>
    [Requires(Need.Root)]
    public void The_command_and_its_caller_stay_where_they_were()
    {
        using var place = new TemporaryDirectory();
        string[] run = ["run", "--privileged", "--pidfile", "pid", "-w", "/tmp", _rootfs.Path, "pwd"];
        Result result = Minirun.Run(new Start { WorkingDirectory = place.Path }, run);
        Assert.Equal("/tmp\n", result.Exits(0).Out);
        Assert.True(File.Exists(place.Path + "/pid"));
    }

    private const string TakeOff = """
        exec 2>/dev/null
        for place in / /volume /mount; do mount -o remount,dev,bind $place; done
        mount -o bind / /copied && mount -o remount,dev,bind /copied

        """;

    private static string Look(string nodes) =>
        $"for node in {nodes}; do if (: <$node) 2>/dev/null; then echo $node: yes; else echo $node: no; fi; done";

    private Result Run(string[] flags, string? script = null)
    {
        string look = script ?? Look("/node /volume/node /mount/node");
        return Minirun.Run(new Start { Environment = { ["MINIRUN_ROOT"] = _state.Path } },
            ["run", "--net", "none", .. flags, _rootfs.Path, "sh", "-c", look])
            .Exits(0);
    }
}
