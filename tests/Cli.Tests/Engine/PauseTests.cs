using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>What cannot be paused or resumed is told which of the two it is.</summary>
public sealed class PauseTests : IDisposable
{
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [TheoryRequires(Need.Root)]
    [InlineData()]
    [InlineData("--runtime", "runc")]
    public void A_container_is_paused_once_and_resumed_once(params string[] flags)
    {
        _root.Run(["run", "-d", "--name", "web", .. flags, Rootfs.Busybox, "sleep", "1000"]).Exits(0);
        _root.Run("unpause", "web").Fails(125, "container web is not paused", "minirun pause web");
        _root.Run("pause", "web").Exits(0);
        _root.Run("pause", "web").Fails(125, "container web is already paused", "minirun unpause web");
        _root.Run("unpause", "web").Exits(0);
        _root.Run("rm", "-f", "web").Exits(0);
        _root.Run("pause", "web").Fails(1, "no such container");
    }
}
