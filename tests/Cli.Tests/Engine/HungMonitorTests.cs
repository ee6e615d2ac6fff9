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
        foreach (int pid in _stopped) Kernel.Signal(pid, Kernel.SIGCONT);
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
    public void Who_ends_the_container_or_attaches_hears_that_it_does_not_notice()
    {
        string[] names = ["a", "b", "c", "d"];
        int[] monitors = [.. names.Select(Hang)];
        Start patient = _root.How with { Deadline = s_morePatience };
        // All at once: each waits for half a minute.
        using RunningProgram stop = Minirun.Start(patient, "stop", "-t", "0", "a"), remove = Minirun.Start(patient, "rm", "-f", "b"), kill = Minirun.Start(patient, "kill", "c"), attach = Minirun.Start(patient, "attach", "d");
        foreach (RunningProgram each in (RunningProgram[])[stop, remove, kill]) each.Result().Fails(125, "has ended, and its monitor does not notice", "kill -CONT", "kill -9");
        attach.Result().Fails(125, "the monitor of container d does not answer", "kill -CONT", "kill -9");
        Kernel.Signal(monitors[0], Kernel.SIGCONT);
        Assert.True(_root.Becomes("a", ".State.ExitCode", "143"));
        Kernel.Signal(monitors[1], Kernel.SIGKILL);
        Assert.True(Deadline.Wait(() => _root.Inspect("b", ".State.Status") == "exited"));
        _root.Run("rm", "-f", "b").Succeeds();
        Assert.DoesNotContain("b", _root.Run("ps", "-a", "--format", "{{.Names}}").Succeeds().Lines);
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
