using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Run;

using Minirun = Support.Minirun;

/// <summary>
/// A node of a device in a root file system or a volume, which whoever made it has put in, opens nothing of the host's, in any way of running.
/// </summary>
public sealed class NodeTests : IDisposable
{
    private readonly TemporaryRootfs _rootfs = new();
    private readonly TemporaryDirectory _volume = new(), _state = new();

    public NodeTests()
    {
        // /dev/fuse: nothing happens when it is opened, and no default of a container has it.
        if (Kernel.Uid != 0) return;
        foreach (string place in (string[])[_rootfs.Path, _volume.Path]) Minirun.Other("mknod", "-m", "666", place + "/node", "c", "10", "229").Succeeds();
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
        Result result = Run([.. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries), "-v", _volume.Path + ":/volume", "--mount", $"type=bind,source={_volume.Path},destination=/mount"]);
        Assert.Equal("/node: no\n/volume/node: no\n/mount/node: no\n", result.Out);
    }

    [Requires(Need.Root)]
    public void Who_asks_for_a_volumes_devices_has_them() =>
        Assert.Equal("/node: no\n/volume/node: yes\n/mount/node: yes\n",
            Run(["-v", _volume.Path + ":/volume:dev", "--mount", $"type=bind,source={_volume.Path},destination=/mount,dev"]).Out);

    [Requires(Need.Root)]
    public void Privileged_opens_all_of_them() =>
        Assert.Equal("/node: yes\n/volume/node: yes\n/mount/node: yes\n", Run(["--privileged", "-v", _volume.Path + ":/volume", "-v", _volume.Path + ":/mount"]).Out);

    private Result Run(string[] flags)
    {
        const string look = "for node in /node /volume/node /mount/node; do if (: <$node) 2>/dev/null; then echo $node: yes; else echo $node: no; fi; done";
        return Minirun.Run(new Start { Environment = { ["MINIRUN_ROOT"] = _state.Path } }, ["run", "--net", "none", .. flags, _rootfs.Path, "sh", "-c", look]).Exits(0);
    }
}
