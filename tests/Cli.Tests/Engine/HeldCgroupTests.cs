using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>
/// A container whose root is root outside owns the files of its cgroup, and may hold them with leases (fcntl(2), F_SETLEASE): who opens one
/// waits for 45 seconds then, and there are some in each hierarchy. No command of ours waits for that.
/// </summary>
public sealed class HeldCgroupTests
{
    [TheoryRequires(Need.Root)]
    [InlineData("exec", "held", "true")]
    [InlineData("pause", "held")]
    [InlineData("update", "-m", "80m", "held")]
    public void A_command_that_has_to_write_there_says_so_at_once(params string[] verb)
    {
        using EngineRoot root = Holding("held");
        Result result = root.Run(verb);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains("EAGAIN", result.Error);
        Assert.Contains("a process of the container holds that file with a lease", result.Error);
        root.Run("stats", "--no-stream", "held").Exits(0);
    }

    [TheoryRequires(Need.Root)]
    [InlineData("stop", "-t", "0", "held")]
    [InlineData("kill", "held")]
    [InlineData("rm", "-f", "held")]
    public void It_can_be_ended_all_the_same(params string[] verb)
    {
        using EngineRoot root = Holding("held");
        root.Run(verb).Exits(0);
        root.Run("rm", "-f", "held").Exits(0);
        Assert.Empty(root.Run("ps", "-aq").Succeeds().Out);
    }

    private static EngineRoot Holding(string name)
    {
        var root = new EngineRoot();
        root.Detached(["--name", name, "-m", "64m", "--net", "none"], "/probe", "hold", "/sys/fs/cgroup");
        string log = "";
        Assert.True(Deadline.Wait(() => (log = root.Run("logs", name).Out).Contains("holds ")), log);
        Assert.DoesNotContain("holds 0 ", log);
        return root;
    }
}
