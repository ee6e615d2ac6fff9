using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>A background container is made by another way than one in the foreground, and is no less held.</summary>
public sealed class SecurityTests : IDisposable
{
    private static readonly string[] s_rights = ["grep", "-E", "^(Cap...|NoNewPrivs|Seccomp|Groups|Uid|Gid):", "/proc/self/status"];

    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData]
    [InlineData("--cap-drop", "ALL")]
    [InlineData("--security-opt", "seccomp=unconfined")]
    [InlineData("--security-opt", "no-new-privileges=false")]
    [InlineData("--user", "student")]
    public void A_detached_container_has_the_rights_of_one_in_the_foreground(params string[] options)
    {
        string foreground = _root.Run(["run", .. options, Rootfs.Busybox, .. s_rights]).Exits(0).Out;
        _root.Detached(["--name", "web", .. options], s_rights);
        _root.Run("wait", "web").Succeeds();
        Assert.Equal(foreground, _root.Run("logs", "web").Succeeds().Out);
        Assert.Contains("Seccomp:\t" + (options.Contains("seccomp=unconfined") ? "0" : "2"), foreground);
    }

    [Fact]
    public void Exec_has_them_too()
    {
        _root.Detached(["--name", "web"], "sleep", "1000");
        Assert.Contains("Seccomp:\t2", _root.Run(["exec", "web", .. s_rights]).Exits(0).Out);
    }
}
