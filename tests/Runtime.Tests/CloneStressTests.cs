using Minirun.Linux;
using Minirun.Plan;
using Minirun.Runtime.Scripts;
using Xunit;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Tests;

/// <summary>
/// Clones from a process with many threads that allocate and collect: the child must neither wait for a collector that it does not have,
/// nor be hurt by one that runs beside it (docs/decisions/0003). A child that hangs would never be collected; xunit's and CI's time limits
/// then fail the run.
/// </summary>
public sealed class CloneStressTests
{
    private const int Starts = 5000, Launchers = 8, Allocators = 4;
    private const ulong Namespaces = sched.CLONE_NEWUSER | sched.CLONE_NEWPID | sched.CLONE_NEWUTS;

    [Theory]
    [InlineData(false, Starts)]
    [InlineData(true, Starts / 10)]
    public void Starts_survive_collections_on_other_threads(bool copy, int starts)
    {
        using var stop = new CancellationTokenSource();
        Thread[] noise = [.. Enumerable.Range(0, Allocators).Select(i => new Thread(() => Allocate(collect: i == 0, stop.Token)))];
        foreach (Thread thread in noise) thread.Start();
        int left = starts, good = 0;
        Thread[] launchers = [.. Enumerable.Range(0, Launchers).Select(_ => new Thread(() =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
                if (StartOne(copy) == 7 << 8) Interlocked.Increment(ref good);
        }))];
        foreach (Thread thread in launchers) thread.Start();
        foreach (Thread thread in launchers) thread.Join();
        stop.Cancel();
        foreach (Thread thread in noise) thread.Join();
        Assert.Equal(starts, good);
    }

    /// <summary>A clone into new namespaces, some calls, and a program that exits with 7; gives the wait(2) status.</summary>
    private static int StartOne(bool copy)
    {
        using var script = new ScriptWriter();
        script.Add(0, SYS_getpid);
        script.Add(0, SYS_chdir, script.Text("/"));
        for (int i = 0; i < 16; i++) script.Add(0, SYS_getpid);
        script.Add(0, SYS_execve, script.Text("/bin/sh"), script.Array("sh", "-c", "exit 7"), script.Array("PATH=/bin"));
        (int pid, int pidfd) = script.Clone(Namespaces, -1, PlanMode.Quiet, copy);
        unistd.close(pidfd);
        return ExitStatus.Wait(pid);
    }

    private static void Allocate(bool collect, CancellationToken stop)
    {
        object? last = null;
        while (!stop.IsCancellationRequested)
        {
            last = new byte[4000];
            if (collect) GC.Collect(0);
        }
        GC.KeepAlive(last);
    }
}
