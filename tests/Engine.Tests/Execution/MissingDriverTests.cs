using Minirun.Engine.Execution;
using Minirun.Linux;
using Minirun.Runtime;
using Xunit;

namespace Minirun.Engine.Tests.Execution;

public sealed class MissingDriverTests
{
    private static readonly UserError s_gone = new("--runtime x: not found in PATH", "a hint");

    [Fact]
    public void A_container_whose_runtime_is_gone_gets_signals_ends_and_goes()
    {
        using DriverContainer container = new DriverContainer(ExecutionDrivers.Builtin,
            "sh", "-c", "trap 'echo caught' USR1; (setsid sleep 1000 &); echo ready; while :; do sleep 0.05; done").Start("ready");
        var driver = new MissingDriver("x", container.Root + "/oci", () => "/" + container.Id, s_gone);
        using HeldContainer held = container.Hold();
        Assert.True(driver.Kill(held, signal.SIGUSR1));
        Assert.True(DriverContainer.Becomes(() => container.Out == "ready\ncaught\n"));
        Assert.Null(driver.Terminate(held, 20_000));
        Assert.Equal(128 + signal.SIGKILL, container.AwaitEnd());
        Assert.Null(driver.Delete(container.Id));
        Assert.Empty(container.Leftovers());
        Assert.Null(driver.Delete(container.Id));
    }

    [Fact]
    public void What_needs_the_program_says_that_it_is_gone()
    {
        var driver = new MissingDriver("x", "/nowhere", () => "", s_gone);
        Assert.Same(s_gone, Assert.Throws<UserError>(() => driver.Start("id")));
        Assert.Same(s_gone, Assert.Throws<UserError>(() => driver.Pause("id")));
        Assert.Equal((null, null, 0), (driver.Version(), driver.Info("id", proven: true), driver.Pids("id").Count));
    }
}
