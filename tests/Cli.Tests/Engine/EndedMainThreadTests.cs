using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>
/// A first process whose first thread has ended is a zombie to who reads its state, and has no namespaces and no root in /proc; it lives
/// as long as another of its threads does. Every verb has to see that.
/// </summary>
public sealed class EndedMainThreadTests : IDisposable
{
    private static readonly string[] s_command = ["/probe", "end-main-thread"];
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void It_can_be_looked_at_and_entered()
    {
        Make();
        Assert.Equal("web running", _root.Run("ps", "--format", "{{.Names}} {{.State}}").Succeeds().Lines[0]);
        Assert.Equal("in it\n", _root.Run("exec", "web", "echo", "in it").Exits(0).Out);
        Assert.Contains("probe", _root.Run("top", "web").Succeeds().Out);
        Assert.Contains("web", _root.Run("stats", "--no-stream", "web").Succeeds().Out);
        Assert.Contains("root:", _root.Run("cp", "web:/etc/passwd", "-").Succeeds().Out);
        _root.Detached(["--name", "peer", "--net", "container:web"], "sleep", "1000");
        Assert.Equal("running", _root.Inspect("peer", ".State.Status"));
    }

    [Fact]
    public void It_can_be_ended_by_each_verb_and_started_again()
    {
        Make("--net", "none");
        using RunningProgram wait = _root.Start("wait", "web");
        _root.Run("kill", "web").Succeeds();
        Assert.Equal("137\n", wait.Result().Succeeds().Out);
        _root.Run("start", "web").Succeeds();
        AwaitZombie();
        _root.Run("restart", "-t", "0", "web").Succeeds();
        AwaitZombie();
        _root.Run("stop", "-t", "0", "web").Succeeds();
        Assert.Equal("143", _root.Inspect("web", ".State.ExitCode"));
        _root.Run("start", "web").Succeeds();
        AwaitZombie();
        _root.Run("rm", "-f", "web").Succeeds();
        Assert.Empty(_root.Leftovers());
    }

    [Requires(Need.Root)]
    public void It_can_be_paused()
    {
        Make();
        _root.Run("pause", "web").Succeeds();
        Assert.Equal("paused", _root.Inspect("web", ".State.Status"));
        _root.Run("unpause", "web").Succeeds();
        Assert.Equal("running", _root.Inspect("web", ".State.Status"));
    }

    [Fact]
    public void An_OCI_runtime_sees_that_it_lives()
    {
        using OciBundle bundle = new OciBundle(s_command).Make("create", "start");
        Assert.True(Deadline.Wait(() => IsZombie(bundle.Pid)));
        Assert.Equal("running", bundle.Status);
        Assert.NotEqual(0, bundle.Oci("delete", "ID").ExitCode);
        if (OciBundle.IsOurs) Assert.Equal("in it\n", bundle.Oci("exec", "ID", "echo", "in it").Exits(0).Out);
        bundle.Oci("kill", "ID", "KILL").Exits(0);
        Assert.True(Deadline.Wait(() => bundle.Status == "stopped"));
        bundle.Oci("delete", "ID").Exits(0);
    }

    private void Make(params string[] options)
    {
        _root.Detached(["--name", "web", .. options], s_command);
        AwaitZombie();
    }

    private void AwaitZombie() => Assert.True(Deadline.Wait(() => IsZombie(int.Parse(_root.Inspect("web", ".State.Pid")))));

    private static bool IsZombie(int pid) => File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ");
}
