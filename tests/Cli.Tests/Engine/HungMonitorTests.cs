using System.Globalization;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

using Minirun = Support.Minirun;

/// <summary>A monitor that lives and does nothing: who needs it hears so after a time, and nobody else notices.</summary>
public sealed class HungMonitorTests : IDisposable
{
    private static readonly TimeSpan s_morePatience = TimeSpan.FromMinutes(3);
    private readonly EngineRoot _root = new();
    private readonly List<int> _stopped = [];

    public void Dispose()
    {
        foreach (int pid in _stopped)
            if (Kernel.IsAlive(pid)) Kernel.Signal(pid, Kernel.SIGCONT);
        _root.Dispose();
    }

    [Fact]
    public void Looking_and_exec_do_not_need_it()
    {
        Hang("web");
        Assert.Equal("web running", _root.Run("ps", "--format", "{{.Names}} {{.State}}").Succeeds().Lines[0]);
        Assert.Equal("running", _root.Inspect("web", ".State.Status"));
        Assert.Equal("hello\n", _root.Run("logs", "web").Succeeds().Out);
        Assert.Equal("in it\n", _root.Run("exec", "web", "echo", "in it").Exits(0).Out);
        Assert.Contains("sleep 1000", _root.Run("top", "web").Succeeds().Out);
        _root.Run("rename", "web", "other").Succeeds();
        _root.Run("start", "other").Succeeds();
    }

    [Fact]
    public void Who_ends_the_container_lets_it_go_on()
    {
        foreach (string name in (string[])["ax", "bx", "cx", "dx"]) Hang(name);
        _root.Run("stop", "-t", "0", "ax").Succeeds();
        Assert.Equal("exited", _root.Inspect("ax", ".State.Status"));
        _root.Run("kill", "bx").Succeeds();
        Assert.Equal("137", _root.Inspect("bx", ".State.ExitCode"));
        _root.Run("rm", "-f", "cx").Succeeds();
        _root.Run("restart", "-t", "0", "dx").Succeeds();
        Assert.Equal("ax bx dx", string.Join(' ', _root.Run("ps", "-a", "--format", "{{.Names}}").Succeeds().Lines.Order()));
        Assert.Equal("running", _root.Inspect("dx", ".State.Status"));
    }

    /// <summary>Frozen by a cgroup of version 2: a signal does not let them go on, but SIGKILL ends them.</summary>
    [Requires(Need.Root)]
    public void Those_that_hang_are_killed_by_rm_alone()
    {
        string mount = File.ReadLines("/proc/self/mountinfo").First(line => line.Contains(" - cgroup2 ")).Split(' ')[4];
        string frozen = Directory.CreateDirectory($"{mount}/minirun-test-{Guid.NewGuid().ToString("n")[..12]}").FullName;
        foreach (string name in (string[])["ax", "bx", "cx"])
        {
            _root.Detached(["--name", name], "sleep", "1000");
            File.WriteAllText(frozen + "/cgroup.procs", _root.Inspect(name, ".State.ConmonPid"));
        }
        File.WriteAllText(frozen + "/cgroup.freeze", "1");
        Hang("dx");
        Start patient = _root.How with { Deadline = s_morePatience };
        // All at once: each waits for half a minute.
        using RunningProgram stop = Minirun.Start(patient, "stop", "-t", "0", "ax"), kill = Minirun.Start(patient, "kill", "bx");
        using RunningProgram remove = Minirun.Start(patient, "rm", "-f", "cx"), attach = Minirun.Start(patient, "attach", "dx");
        foreach (RunningProgram each in (RunningProgram[])[stop, kill])
            each.Result().Fails(125, "has ended, and its monitor does not notice", $"is frozen by the cgroup {frozen}", "thaw that cgroup");
        remove.Result().Succeeds();
        attach.Result().Fails(125, "the monitor of container dx does not answer", "kill -CONT", "kill -9");
        Assert.DoesNotContain("cx", _root.Run("ps", "-a", "--format", "{{.Names}}").Succeeds().Lines);
        File.WriteAllText(frozen + "/cgroup.freeze", "0");
        Assert.True(Deadline.Wait(() => !File.ReadAllText(frozen + "/cgroup.events").Contains("populated 1")));
        Directory.Delete(frozen);
    }

    /// <summary>Starts a container, and lets its monitor stand still; gives its pid.</summary>
    private int Hang(string name)
    {
        _root.Detached(["--name", name], "sh", "-c", "echo hello; exec sleep 1000");
        Assert.True(Deadline.Wait(() => _root.Run("logs", name).Out == "hello\n" && _root.Run("top", name).Out.Contains("sleep 1000")));
        int pid = int.Parse(_root.Inspect(name, ".State.ConmonPid"), CultureInfo.InvariantCulture);
        _stopped.Add(pid);
        Kernel.Signal(pid, Kernel.SIGSTOP);
        Assert.True(Deadline.Wait(() => File.ReadAllText($"/proc/{pid}/stat").Contains(") T ")));
        return pid;
    }
}
