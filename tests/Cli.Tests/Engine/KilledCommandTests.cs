using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>
/// A command of the engine's dies at its Nth call of a kind, for each N: afterwards nothing half made is listed, rm -f leaves nothing, and
/// the name can be used again.
/// </summary>
public sealed class KilledCommandTests : IDisposable
{
    private const int Most = 40;
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [TheoryRequires(Need.Strace)]
    [InlineData("mkdir")]
    [InlineData("rename")]
    [InlineData("symlink")]
    [InlineData("clone")]
    [InlineData("sendto")]
    [InlineData("flock")]
    public void Run(string call) =>
        EachTime(call, () => { }, "run", "-d", "--name", "web", "-v", "data:/mnt", Rootfs.Busybox, "sleep", "1000");

    [TheoryRequires(Need.Strace)]
    [InlineData("write")]
    [InlineData("rename")]
    [InlineData("unlink")]
    [InlineData("unlinkat")]
    [InlineData("pidfd_send_signal")]
    public void Remove(string call) =>
        EachTime(call, () => _root.Detached(["--name", "web", "-v", "data:/mnt"], "sleep", "1000"), "rm", "-f", "web");

    [TheoryRequires(Need.Strace)]
    [InlineData("write")]
    [InlineData("flock")]
    [InlineData("pidfd_send_signal")]
    public void Stop(string call) => EachTime(call, () => _root.Detached(["--name", "web"], "sleep", "1000"), "stop", "-t", "0", "web");

    [TheoryRequires(Need.Strace)]
    [InlineData("symlink")]
    [InlineData("write")]
    [InlineData("rename")]
    [InlineData("unlink")]
    public void Rename(string call) =>
        EachTime(call, () => _root.Run("create", "--name", "web", Rootfs.Busybox, "true").Exits(0), "rename", "web", "other");

    [TheoryRequires(Need.Strace | Need.Root)]
    [InlineData("write")]
    [InlineData("rename")]
    public void Create_a_network(string call) => EachTime(call, () => { }, "network", "create", "minirun-killed");

    private void EachTime(string call, Action prepare, params string[] command)
    {
        int when = 1;
        for (; when < Most; when++)
        {
            prepare();
            Result result = Support.Minirun.Other(_root.How with { Before = "exec </dev/null >/dev/null 2>&1" }, "strace",
                ["-qq", "-e", "trace=" + call, "-e", $"inject={call}:signal=KILL:when={when}", Programs.Minirun, .. command]);
            _root.Run("ps", "-a").Succeeds();
            _root.Run("rm", "-f", "web", "other").Exits(0);
            _root.Detached(["--name", "web"], "sleep", "1000");
            Assert.Equal("web running", _root.Run("ps", "-a", "--format", "{{.Names}} {{.State}}").Succeeds().Lines[0]);
            _root.Run("rm", "-f", "web").Exits(0);
            if (_root.Run("volume", "ls", "-q").Succeeds().Out.Contains("data")) _root.Run("volume", "rm", "data").Succeeds();
            if (Kernel.Uid == 0)
            {
                _root.Run("network", "create", "minirun-other").Succeeds();
                _root.Run("network", "rm", "minirun-other").Succeeds();
            }
            if (_root.Run("network", "ls", "-q").Out.Contains("minirun-killed")) _root.Run("network", "rm", "minirun-killed").Succeeds();
            Assert.DoesNotContain(_root.Leftovers(), path => !path.EndsWith("/.lock", StringComparison.Ordinal));
            if (result.ExitCode != 137) break;
        }
        // Not once would mean that nothing was tried.
        Assert.InRange(when, 2, Most - 1);
    }
}
