using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>What `volume-plugin glusterfs` says without a server; with one: tests/Engine.Tests/Volumes/Gluster.</summary>
public sealed class VolumePluginTests : IDisposable
{
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void It_has_to_know_its_servers()
    {
        _root.Run("volume-plugin", "glusterfs").Fails(125, "--servers is required");
        _root.Run("volume-plugin", "glusterfs", "--servers", "-x").Fails(125, "no host");
        Assert.Contains("--gfs-base DIR", _root.Run("volume-plugin", "glusterfs", "--help").Succeeds().Out, StringComparison.Ordinal);
    }

    [Requires(Need.User)]
    public void Only_root_may_mount() => _root.Run("volume-plugin", "glusterfs", "--servers", "a").Fails(125, "only root may mount");
}
