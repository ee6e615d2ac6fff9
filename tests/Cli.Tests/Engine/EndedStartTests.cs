using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>A start that hangs is ended by those who end containers, whether who asked for it still waits or was killed.</summary>
public sealed class EndedStartTests : IDisposable
{
    /// <summary>A start may go on for a second, as after a signal; before, these took half a minute, or for ever.</summary>
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(15);
    private static readonly string[] s_trials =
        ["stop|-d", "stop|-d --rm", "stop|-l a=b", "stop -t -1|-d", "kill|-l a=b", "kill -s TERM|-d", "rm -f|-d", "rm -f|-l a=b"];
    private readonly EngineRoot _root = new();
    private readonly TemporaryDirectory _directory = new();

    public void Dispose()
    {
        _root.Dispose();
        _directory.Dispose();
    }

    /// <summary>A runtime that does not come back from `create`.</summary>
    [TheoryRequires(Need.UserNamespaces)]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_a_runtime_that_hangs(bool askerLives)
    {
        string runtime = _directory["hanging"], seconds = "6" + Guid.NewGuid().GetHashCode().ToString().TrimStart('-');
        File.WriteAllText(runtime, $"#!/bin/sh\nexec sleep {seconds}\n");
        File.SetUnixFileMode(runtime, (UnixFileMode)0x1ed /* 0755 */);
        EndsByAll(askerLives, ["--runtime", runtime, Rootfs.Busybox, "true"], _ => Programs.Running("sleep", seconds));
        Assert.False(Programs.Running("sleep", seconds));
    }

    /// <summary>A program that a neighbour holds with a lease: fork-news waits in open(2) or execve(2).</summary>
    [TheoryRequires(Need.UserNamespaces)]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_a_program_that_is_held(bool askerLives)
    {
        string volume = _directory.Path + ":/held";
        const string hold = "mkdir /held/a /held/b; cp /bin/busybox /held/a; cp /bin/busybox /held/b; exec /probe hold /held/a /held/b";
        _root.Detached(["--name", "holder", "-v", volume], "sh", "-c", hold);
        Assert.True(Deadline.Wait(() => _root.Run("logs", "holder").Out == "holds 2 files\n"));
        // The first is held against those who write, the second against all.
        string[] words = ["--net", "none", "-v", volume, Rootfs.Busybox, "/held/b/busybox", "true"];
        EndsByAll(askerLives, words, pid => Family.Below(pid).Exists(Waits));
    }

    private void EndsByAll(bool askerLives, string[] words, Func<int, bool> hangs)
    {
        List<(string Name, string[] Verb, string How, RunningProgram Run, int[] Members)> all = [];
        foreach (string trial in s_trials)
        {
            string name = $"n{all.Count}";
            string[] parts = trial.Split('|');
            all.Add((name, parts[0].Split(' '), parts[1], _root.Start(["run", .. parts[1].Split(' '), "--name", name, .. words]), []));
        }
        for (int i = 0; i < all.Count; i++)
        {
            RunningProgram run = all[i].Run;
            Assert.True(Deadline.Wait(() => run.HasEnded || hangs(run.Pid)), s_trials[i]);
            Assert.False(run.HasEnded, $"{s_trials[i]}: {run.ErrorSoFar}");
            all[i] = all[i] with { Members = [.. Family.Below(run.Pid)] };
            if (!askerLives) run.Signal(Kernel.SIGKILL);
        }
        long began = Environment.TickCount64;
        RunningProgram[] verbs = [.. all.Select(each => _root.Start([.. each.Verb, each.Name]))];
        foreach (RunningProgram verb in verbs)
            using (verb) verb.Result().Exits(0);
        Assert.True(Environment.TickCount64 - began < s_soon.TotalMilliseconds, $"{Environment.TickCount64 - began} ms");
        foreach (var (_, _, _, run, members) in all)
            using (run)
            {
                if (askerLives) run.Result().Fails(125, "was stopped before its command was started");
                Assert.All(members, pid => Assert.True(Deadline.Wait(() => !Kernel.IsAlive(pid)), $"process {pid} is left"));
            }
        // In the foreground, and with --rm, a container that did not come up is gone.
        var stay = all.Where(each => each.Verb[0] != "rm" && (each.How == "-d" || (each.How == "-l a=b" && !askerLives)));
        string[] listed = _root.Run("ps", "-a", "--format", "{{.Names}} {{.State}}").Succeeds().Lines;
        Assert.Equal(stay.Select(each => each.Name + " created"), listed.Where(line => line.StartsWith('n')).Order());
        _root.Run(["rm", "-f", .. _root.Run("ps", "-aq").Succeeds().Lines]).Exits(0);
        Assert.Equal([], _root.Leftovers());
        Assert.DoesNotContain(_root.Path, File.ReadAllText("/proc/mounts"));
    }

    /// <summary>In the kernel's fs/locks.c.</summary>
    private static bool Waits(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/wchan").Contains("break_lease");
        }
        catch (IOException)
        {
            return false;
        }
    }
}
