using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests;

using Minirun = Support.Minirun;

public class KilledBeforeForkNewsTests
{
    [Requires(Need.UserNamespaces)]
    public void A_child_that_has_executed_nothing_yet_ends_with_minirun()
    {
        using RunningProgram run = Minirun.Start("run", "--step", Rootfs.Busybox, "true");
        // The clone is the first operation; the second one waits for Enter, in the child.
        Assert.True(Deadline.Wait(() => run.ErrorSoFar.Contains("Enter to continue")), run.ErrorSoFar);
        run.Input.WriteLine();
        run.Input.Flush();
        int child = 0;
        Assert.True(Deadline.Wait(() => (child = FirstChild(run.Pid)) != 0), run.ErrorSoFar);
        Kernel.Signal(run.Pid, Kernel.SIGKILL);
        Assert.True(Deadline.Wait(() => !Kernel.IsAlive(child)), $"{child} is still there");
    }

    private static int FirstChild(int pid)
    {
        string children = File.ReadAllText($"/proc/{pid}/task/{pid}/children");
        return int.TryParse(children.Split(' ')[0], out int child) ? child : 0;
    }
}
