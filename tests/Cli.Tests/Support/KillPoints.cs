using System.Globalization;

namespace Minirun.Cli.Tests.Support;

/// <summary>
/// Where the processes of a command can be killed: at the Nth call of a kind, which strace counts for each process by itself. Found by one
/// run of the command, and then a part of them, always the same; MINIRUN_TEST_EVERY_KILL=1 takes all.
/// </summary>
internal static class KillPoints
{
    // All by which a plan's operations are carried out, and what the parent does for them. The rest only reads, or is memory.
    private const string Calls =
        "mkdir,mkdirat,write,rename,unlink,unlinkat,rmdir,flock,openat,openat2,open_tree,move_mount,mount_setattr,mount,umount2,"
        + "fsopen,fsconfig,fsmount,pivot_root,chroot,chdir,fchdir,symlinkat,mknodat,sethostname,setdomainname,prctl,capset,setresuid,"
        + "setresgid,setgroups,seccomp,close_range,execve,execveat,setsid,keyctl,clone,clone3,setns,unshare,kill,pidfd_open,"
        + "pidfd_send_signal,wait4,waitid,socket,socketpair,bind,listen,connect,accept4,sendto,sendmsg,recvfrom,recvmsg,memfd_create,"
        + "pipe2,prlimit64,fchmodat,fchownat,poll,exit_group";

    public static IEnumerable<(string Call, int When)> Of(string[] trace, int atMost)
    {
        var points = new List<(string, int)>();
        var counts = new Dictionary<(string Pid, string Call), int>();
        foreach (string line in trace)
        {
            // 4711 mkdir("/x", 0700) = 0, or 4711 <... mkdir resumed>) = 0
            string[] words = line.Split([' '], 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (words.Length < 2 || words[1].IndexOf('(') is not (> 0 and var end) || !char.IsAsciiLetter(words[1][0])) continue;
            string call = words[1][..end];
            int when = counts[(words[0], call)] = counts.GetValueOrDefault((words[0], call)) + 1;
            if (!points.Contains((call, when))) points.Add((call, when));
        }
        int step = Environment.GetEnvironmentVariable("MINIRUN_TEST_EVERY_KILL") == "1" ? 1 : (points.Count + atMost - 1) / atMost;
        return points.Where((_, i) => i % step == 0);
    }

    /// <summary>The command with all its children under strace, which writes to the file.</summary>
    /// <param name="log">Where strace writes.</param>
    /// <param name="point">Where it is killed; null: nowhere.</param>
    /// <param name="command">Program and arguments.</param>
    public static RunningProgram Start(string log, (string Call, int When)? point, params string[] command) =>
        Strace(log, point, ["--quiet=attach,personality", .. command]);

    /// <summary>A process that runs already.</summary>
    public static RunningProgram Attach(string log, (string Call, int When)? point, int pid)
    {
        RunningProgram strace = Strace(log, point, "-p", pid.ToString(CultureInfo.InvariantCulture));
        strace.AwaitError("attached");
        return strace;
    }

    private static RunningProgram Strace(string log, (string Call, int When)? point, params string[] rest)
    {
        string[] kill = point is { } at ? ["-e", $"inject={at.Call}:signal=KILL:when={at.When}"] : [];
        File.Delete(log);
        return new RunningProgram(Support.Start.Plain with { Deadline = TimeSpan.FromSeconds(60) }, "strace",
            ["-f", "-o", log, "-e", "trace=" + Calls, "-e", "signal=none", .. kill, .. rest]);
    }

    /// <summary>Waits until the first process of the command has ended, by itself or not. What it left behind may live.</summary>
    public static void AwaitFirst(RunningProgram strace, string log) =>
        strace.Await(
            () => strace.HasEnded
                || (Lines(log) is [{ } first, ..] && !Kernel.IsAlive(int.Parse(first.Split(' ')[0], CultureInfo.InvariantCulture))),
            "the end of the command");

    public static string[] Lines(string log) =>
        File.Exists(log) ? File.ReadAllText(log).Split('\n', StringSplitOptions.RemoveEmptyEntries) : [];
}
