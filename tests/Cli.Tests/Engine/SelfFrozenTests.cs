using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>
/// A container that may write its cgroup freezes itself: its time is over all the same, and so is it for a signal, in each way.
/// </summary>
public sealed class SelfFrozenTests : IDisposable
{
    private const string Freeze = """
        cd /sys/fs/cgroup/freezer 2>/dev/null || cd /sys/fs/cgroup
        echo freezes
        if [ -e freezer.state ]; then echo FROZEN >freezer.state; else echo 1 >cgroup.freeze; fi
        exec sleep 1000
        """;
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [TheoryRequires(Need.Root)]
    [InlineData("")]
    [InlineData("--rm -l a=b")]
    public void Its_time_is_over(string flags)
    {
        string[] words = ["run", "--privileged", "-m", "100m", "--timeout", "1s",
            .. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries), Rootfs.Busybox];
        using RunningProgram minirun = _root.Start([.. words, "sh", "-c", Freeze]);
        minirun.Result().Exits(137);
    }

    [TheoryRequires(Need.Root)]
    [InlineData("")]
    [InlineData("--rm -l a=b")]
    public void A_signal_ends_it(string flags)
    {
        string[] words = ["run", "--privileged", "-m", "100m", .. flags.Split(' ', StringSplitOptions.RemoveEmptyEntries), Rootfs.Busybox];
        using RunningProgram minirun = _root.Start([.. words, "sh", "-c", Freeze]);
        minirun.AwaitOut("freezes");
        minirun.Signal(Kernel.SIGTERM);
        Assert.Equal(143, minirun.Result().ExitCode);
    }
}
