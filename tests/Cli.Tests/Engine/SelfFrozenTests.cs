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

    /// <summary>It ends as it thaws, in the next command's time.</summary>
    [TheoryRequires(Need.Root)]
    [InlineData("--cgroupns private")]
    [InlineData("--init")]
    [InlineData("--pid host")]
    public void Nothing_is_left_of_a_part_that_it_has_frozen_when_minirun_is_killed_and_the_next_has_run(string flags)
    {
        const string freezeBelow = """
            cd /sys/fs/cgroup/freezer 2>/dev/null || cd /sys/fs/cgroup
            mkdir below; sleep 1000 </dev/null >/dev/null 2>&1 & echo $! >below/cgroup.procs
            if [ -e below/freezer.state ]; then echo FROZEN >below/freezer.state; else echo 1 >below/cgroup.freeze; fi
            echo freezes; cat
            """;
        using RunningProgram minirun = _root.Start(
            ["run", "--privileged", "-m", "100m", .. flags.Split(' '), Rootfs.Busybox, "sh", "-c", freezeBelow]);
        minirun.AwaitOut("freezes");
        string[] Left() => [.. File.ReadLines("/proc/self/mountinfo").Where(line => line.Contains(" - cgroup"))
            .SelectMany(line => Directory.GetDirectories(line.Split(' ')[4], $"minirun-{minirun.Pid}-*"))];
        Assert.NotEmpty(Left());
        minirun.Signal(Kernel.SIGKILL);
        minirun.Result();
        _root.Run("run", "-m", "100m", Rootfs.Busybox, "true").Succeeds();
        Assert.Empty(Left());
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
