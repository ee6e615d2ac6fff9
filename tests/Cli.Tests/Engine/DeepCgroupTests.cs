using System.Globalization;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>
/// A container makes cgroups in its own, so deep that no path reaches the lowest, and freezes a process there: it ends all the same, and
/// nothing of them is left.
/// </summary>
public sealed class DeepCgroupTests : IDisposable
{
    private const string Deepen = """
        cd /sys/fs/cgroup/freezer 2>/dev/null || cd /sys/fs/cgroup
        name=$(printf %0200d 0)
        while mkdir $name && cd $name; do true; done 2>/dev/null
        sleep 1000 &
        if [ -e freezer.state ]; then echo $! >tasks; echo FROZEN >freezer.state; else echo $! >cgroup.procs; echo 1 >cgroup.freeze; fi
        echo frozen
        exec sleep 1000
        """;

    /// <summary>Two cgroups in the container's: its first process goes into one, and another process is frozen in the other.</summary>
    private const string Aside = """
        cd /sys/fs/cgroup/freezer 2>/dev/null || cd /sys/fs/cgroup
        mkdir one two
        sleep 1000 &
        if [ -e freezer.state ]; then echo $$ >one/tasks; echo $! >two/tasks; echo FROZEN >two/freezer.state
        else echo $$ >one/cgroup.procs; echo $! >two/cgroup.procs; echo 1 >two/cgroup.freeze; fi
        echo frozen
        exec sleep 1000
        """;

    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [TheoryRequires(Need.Root)]
    [InlineData("rm", "-f")]
    [InlineData("stop", "-t", "0")]
    [InlineData("kill")]
    public void A_container_that_dug_itself_in_ends(params string[] verb) => Ends(Deepen, verb);

    [TheoryRequires(Need.Root)]
    [InlineData("rm", "-f")]
    [InlineData("stop", "-t", "0")]
    [InlineData("kill")]
    public void A_container_whose_first_process_went_aside_ends(params string[] verb) => Ends(Aside, verb);

    /// <summary>It leaves its cgroups of version 1 when it begins to end, and waits for the frozen ones.</summary>
    [TheoryRequires(Need.Root)]
    [InlineData("rm", "-f")]
    [InlineData("stop", "-t", "0")]
    [InlineData("kill")]
    public void A_container_whose_first_process_is_ending_ends(params string[] verb) => Ends(Aside, verb, killedBefore: true);

    private void Ends(string script, string[] verb, bool killedBefore = false)
    {
        string id = _root.Detached(["--name", "web", "--privileged", "--memory", "200m"], "sh", "-c", script);
        Assert.True(Deadline.Wait(() => _root.Run("logs", "web").Out.Contains("frozen")));
        string[] members = Family.InNamespaceOf(int.Parse(_root.Inspect("web", ".State.Pid"), CultureInfo.InvariantCulture));
        Assert.Equal(2, members.Length);
        if (killedBefore) Kernel.Signal(int.Parse(_root.Inspect("web", ".State.Pid"), CultureInfo.InvariantCulture), Kernel.SIGKILL);
        _root.Run([.. verb, "web"]).Exits(0);
        Assert.All(members, member => Assert.True(Deadline.Wait(() => !Family.Lives(member))));
        _root.Run("rm", "-f", "web").Exits(0);
        Assert.Empty(OwnCgroup.Directories(id));
    }
}
