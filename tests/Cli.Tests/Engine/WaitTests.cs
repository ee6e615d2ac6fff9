using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

public sealed class WaitTests : IDisposable
{
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Requires(Need.UserNamespaces)]
    public void Who_waits_by_id_gets_the_exit_code_of_a_container_that_is_removed_already()
    {
        string id = _root.Detached(["--rm", "--name", "web"], "sh", "-c", "exit 9");
        Assert.True(Deadline.Wait(() => _root.Run("ps", "-aq").Succeeds().Out.Length == 0));
        Assert.Equal("9\n", _root.Run("wait", id).Exits(0).Out);
        _root.Run("wait", "web").Fails(1, "no such container: web");
        _root.Run("wait", id[..12]).Fails(1, "no such container");
    }
}
