using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests;

public sealed class MachineTests
{
    [Fact]
    public void A_machine_of_CI_has_what_the_tests_need()
    {
        Need needs = Kernel.Uid == 0 ? Needs.OnCi & ~Need.SubordinateIds : Needs.OnCi;
        Assert.True(!Needs.IsCi || Needs.Missing(needs) is null, Needs.Missing(needs));
    }

    [Fact]
    public void A_container_says_hello() =>
        Assert.Equal("hello camp!\n", Support.Minirun.Run("run", Rootfs.Busybox, "echo", "hello camp!").Succeeds().Out);

    [Fact]
    public void The_probe_runs_inside() =>
        Assert.Equal(3, Support.Minirun.Run("run", Rootfs.Busybox, "/probe", "exit", "3").ExitCode);
}
