using System.Text.RegularExpressions;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests;

using Minirun = Support.Minirun;

/// <summary>kill -9 of minirun at every operation: --step stops there. Nothing of the container may be left.</summary>
public sealed partial class KillTests
{
    [Theory]
    [InlineData()]
    [InlineData("--pid", "host")]
    [InlineData("--init", "--ephemeral")]
    [InlineData("--ns", "user")]
    public void Nothing_is_left_when_minirun_is_killed_before_any_operation(params string[] flags)
    {
        int operations =
            Operation().Matches(Minirun.Run(["run", "--dry-run", .. flags, Rootfs.Busybox, "sleep", "1000"]).Succeeds().Out).Count;
        Assert.True(operations > 8);
        for (int before = 0; before < operations; before++) KillBefore(before, flags);
    }

    [Theory]
    [InlineData()]
    [InlineData("--pid", "host")]
    [InlineData("--init")]
    public void Nothing_is_left_when_minirun_is_killed_while_the_command_runs(params string[] flags)
    {
        using var running = Minirun.Start(
            ["run", .. flags, Rootfs.Busybox, "sh", "-c", "sleep 1000 & sh -c 'sleep 1001 & exec sleep 1002' & echo ready; wait"]);
        running.AwaitOut("ready");
        List<int> family = Family.Below(running.Pid);
        Assert.NotEmpty(family);
        running.Signal(Kernel.SIGKILL);
        AssertGone(family, "the command was running");
    }

    [Fact]
    public void A_name_can_be_taken_again_after_its_minirun_was_killed()
    {
        string name = "killed-" + Guid.NewGuid().ToString("n");
        using (var running = Minirun.Start("run", "--name", name, Rootfs.Busybox, "sh", "-c", "echo ready; sleep 1000"))
        {
            running.AwaitOut("ready");
            Minirun.Run("run", "--name", name, Rootfs.Busybox, "true").Fails(125, name, "in use");
            running.Signal(Kernel.SIGKILL);
            running.Result();
        }
        Minirun.Run("run", "--name", name, Rootfs.Busybox, "true").Succeeds();
    }

    [Fact]
    public void Killed_newly_and_often_nothing_is_left()
    {
        // Without --step, at whatever moment the kill arrives.
        List<int> family = [];
        for (int i = 0; i < 60; i++)
        {
            using var running = Minirun.Start("run", Rootfs.Busybox, "sleep", "1000");
            SpinWait.SpinUntil(() => false, TimeSpan.FromMicroseconds(i * 100));
            family.AddRange(Family.Below(running.Pid));
            running.Signal(Kernel.SIGKILL);
            running.Result();
        }
        AssertGone(family, "killed at random");
    }

    private static void KillBefore(int before, string[] flags)
    {
        using var running = Minirun.Start(["run", "--step", .. flags, Rootfs.Busybox, "sleep", "1000"]);
        for (int i = 0; i <= before; i++)
        {
            int prompts = i + 1;
            running.Await(() => Prompt().Matches(running.ErrorSoFar).Count >= prompts, $"prompt {prompts}");
            if (i == before) break;
            running.Input.Write('\n');
            running.Input.Flush();
        }
        List<int> family = Family.Below(running.Pid);
        running.Signal(Kernel.SIGKILL);
        AssertGone(family, $"killed before operation {before + 1}");
    }

    private static void AssertGone(List<int> family, string when) =>
        Assert.True(Deadline.Wait(() => !family.Exists(Kernel.IsAlive)),
            $"{when}: still there: {string.Join(", ", family.Where(Kernel.IsAlive))}");

    [GeneratedRegex(@"^ *\d+ \S", RegexOptions.Multiline)] private static partial Regex Operation();

    [GeneratedRegex("Enter to continue")] private static partial Regex Prompt();
}
