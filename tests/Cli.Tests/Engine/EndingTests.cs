using System.Globalization;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>
/// Everything that lives can be ended: stop, kill, restart and rm -f end a container in any state, in time, and afterwards nothing of it
/// is left. As root it has a cgroup, as a user with cgroup version 1 none.
/// </summary>
public sealed class EndingTests : IDisposable
{
    private const string Command = "(sleep 1001 &); exec sleep 1000";
    private static readonly string[][] s_verbs = [["stop", "-t", "0"], ["kill"], ["rm", "-f"], ["restart", "-t", "0"]];
    private readonly EngineRoot _root = new();
    private readonly TemporaryDirectory _directory = new();
    private readonly List<RunningProgram> _others = [];

    public void Dispose()
    {
        foreach (RunningProgram other in _others) other.Dispose();
        _root.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("running")]
    [InlineData("first thread ended")]
    [InlineData("stopped by a signal")]
    [InlineData("deaf to signals")]
    [InlineData("with the host's pids")]
    [InlineData("monitor stopped")]
    [InlineData("monitor gone")]
    [InlineData("monitor gone, with the host's pids")]
    [InlineData("runtime gone")]
    [InlineData("runtime and monitor gone")]
    public void In_every_state_by_every_verb(string state) => EndsByAll(state);

    [Requires(Need.Root)]
    public void When_it_is_frozen() => EndsByAll("frozen");

    [Requires(Need.Root)]
    public void When_it_is_frozen_and_its_monitor_is_gone() => EndsByAll("frozen, monitor gone");

    [Requires(Need.Strace)]
    public void When_it_is_traced() => EndsByAll("traced");

    /// <summary>SIGXFSZ would end the command half way: the journal of events is longer than that.</summary>
    [Theory]
    [InlineData("stop", "-t", "0")]
    [InlineData("kill")]
    [InlineData("rm", "-f")]
    [InlineData("restart", "-t", "0")]
    public void With_a_limit_of_file_sizes(params string[] verb)
    {
        _root.Detached(["--name", "web"], "sh", "-c", Command);
        string[] members = Members(Pid("web"));
        Result result = Support.Minirun.Run(_root.How with { Before = "ulimit -f 0" }, [.. verb, "web"]);
        if (verb[0] != "restart") result.Exits(0);
        Assert.Contains("the journal of events misses this", result.Error);
        Assert.Contains("(EFBIG)", result.Error);
        AssertGone(members, verb[0]);
        // It is ours alone that ignores the signal.
        if (verb[0] == "stop")
            Container.Run(["--ulimit", "fsize=0", "--tmpfs", "/tmp"], "sh", "-c", "sh -c 'echo >/tmp/file'; [ $? = 153 ]").Exits(0);
        _root.Run("rm", "-f", "web").Exits(0);
        AssertNothingLeft(verb[0]);
    }

    private void EndsByAll(string state)
    {
        var all = new List<(string Name, string[] Verb, string[] Members)>();
        for (int i = 0; i < s_verbs.Length; i++)
        {
            string name = "n" + i.ToString(CultureInfo.InvariantCulture);
            Make(name, state);
            all.Add((name, s_verbs[i], Members(Pid(name))));
            Disturb(name, state);
        }
        RunningProgram[] verbs = [.. all.Select(each => _root.Start([.. each.Verb, each.Name]))];
        for (int i = 0; i < verbs.Length; i++)
            using (verbs[i])
            {
                Result result = verbs[i].Result();
                bool cannot = all[i].Verb[0] == "restart" && state.StartsWith("runtime", StringComparison.Ordinal);
                Assert.True(cannot ? result.ExitCode != 0 : result.ExitCode == 0, $"{state}: {result}");
            }
        foreach (var (_, verb, members) in all) AssertGone(members, $"{state}: {verb[0]}");
        _root.Run("rm", "-f", "n0", "n1", "n2", "n3").Exits(0);
        AssertNothingLeft(state);
    }

    private void Make(string name, string state)
    {
        string[] options = state.Contains("host's pids", StringComparison.Ordinal) ? ["--pid", "host"]
            : state.StartsWith("runtime", StringComparison.Ordinal) ? ["--runtime", Runtime(name)] : [];
        string[] command = state switch
        {
            "first thread ended" => ["/probe", "end-main-thread"],
            "deaf to signals" => ["sh", "-c", "trap '' TERM; (sleep 1001 &); while :; do sleep 1000; done"],
            _ => ["sh", "-c", Command],
        };
        _root.Detached(["--name", name, .. options], command);
        int pid = Pid(name);
        if (command[0] == "/probe") Assert.True(Deadline.Wait(() => File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ")));
        else Assert.True(Deadline.Wait(() => Members(pid).Length > 1));
    }

    private void Disturb(string name, string state)
    {
        int pid = Pid(name), monitor = int.Parse(_root.Inspect(name, ".State.ConmonPid"), CultureInfo.InvariantCulture);
        if (state.Contains("frozen", StringComparison.Ordinal)) _root.Run("pause", name).Succeeds();
        if (state == "stopped by a signal") Kernel.Signal(pid, Kernel.SIGSTOP);
        if (state == "monitor stopped") Kernel.Signal(monitor, Kernel.SIGSTOP);
        if (state.Contains("monitor gone", StringComparison.Ordinal)) Kernel.Signal(monitor, Kernel.SIGKILL);
        if (state == "traced")
        {
            string[] words = ["-qq", "-o", "/dev/null", "-p", pid.ToString(CultureInfo.InvariantCulture)];
            var tracer = new RunningProgram(Start.Plain, "strace", words);
            _others.Add(tracer);
            Assert.True(Deadline.Wait(() => tracer.HasEnded || !File.ReadAllText($"/proc/{pid}/status").Contains("TracerPid:\t0\n")));
        }
        if (!state.StartsWith("runtime", StringComparison.Ordinal)) return;
        if (state.Contains("monitor", StringComparison.Ordinal)) Kernel.Signal(monitor, Kernel.SIGKILL);
        File.Delete(_directory[name + "-runtime"]);
    }

    /// <summary>A runtime that is not ours by its name: what it keeps cannot be read without it.</summary>
    private string Runtime(string name)
    {
        string runtime = _directory[name + "-runtime"];
        File.WriteAllText(runtime, $"#!/bin/sh\nexec {OciBundle.Program} \"$@\"\n");
        File.SetUnixFileMode(runtime, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return runtime;
    }

    private int Pid(string name) => int.Parse(_root.Inspect(name, ".State.Pid"), CultureInfo.InvariantCulture);

    /// <summary>All in the mount namespace of a process, with what tells them from others that get their pids.</summary>
    private static string[] Members(int pid) => Family.InNamespaceOf(pid);

    private static void AssertGone(string[] members, string what) =>
        Assert.All(members, member => Assert.True(Deadline.Wait(() => !Family.Lives(member)), $"{what}: process {member} is left"));

    private void AssertNothingLeft(string what)
    {
        Assert.Empty(_root.Run("ps", "-aq").Succeeds().Out);
        Assert.True(_root.Leftovers() is { Length: 0 }, $"{what}: {string.Join(", ", _root.Leftovers())}");
        Assert.DoesNotContain(_root.Path, File.ReadAllText("/proc/mounts"));
    }
}
