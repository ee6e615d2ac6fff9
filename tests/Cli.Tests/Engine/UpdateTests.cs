using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

public sealed class UpdateTests : IDisposable
{
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Requires(Need.Root)]
    public void Limits_are_changed_at_once_and_kept_for_the_next_start()
    {
        _root.Detached(["--name", "web", "--memory", "64m"], "sleep", "1000");
        Assert.Equal("web", _root.Run("update", "--memory", "96m", "--memory-swap", "96m", "--pids-limit", "50", "--cpus", "0.5", "web").Succeeds().Lines[0]);
        Assert.EndsWith(" / 96MiB", Memory());
        _root.Run("restart", "-t", "0", "web").Succeeds();
        Assert.EndsWith(" / 96MiB", Memory());
        string config = File.ReadAllText(Directory.GetFiles(Path.Combine(_root.Path, "containers"), "config.json", SearchOption.AllDirectories)[0]);
        Assert.Matches("\"quota\": *50000", config);
    }

    [Fact]
    public void A_container_that_does_not_run_has_them_from_its_start_on()
    {
        _root.Run("create", "--name", "web", Rootfs.Busybox, "sleep", "1000").Exits(0);
        _root.Run("update", "--cpu-shares", "512", "web").Succeeds();
        string config = File.ReadAllText(Directory.GetFiles(Path.Combine(_root.Path, "containers"), "config.json", SearchOption.AllDirectories)[0]);
        Assert.Matches("\"shares\": *512", config);
    }

    [Fact]
    public void A_new_restart_policy_counts_at_the_next_end()
    {
        _root.Detached(["--name", "web", "-i", "--restart", "always"], "sh", "-c", "read line; exit 1");
        _root.Run("update", "--restart", "no", "web").Succeeds();
        Assert.Equal("no", _root.Inspect("web", ".HostConfig.RestartPolicy.Name"));
        _root.Run("exec", "web", "kill", "-9", "1");
        string pid = _root.Inspect("web", ".State.Pid");
        if (pid != "0") Kernel.Signal(int.Parse(pid, System.Globalization.CultureInfo.InvariantCulture), 9);
        Assert.True(_root.Becomes("web", ".State.Status", "exited"));
    }

    [Fact]
    public void Nothing_to_change_is_refused()
    {
        _root.Run("create", "--name", "web", Rootfs.Busybox, "true").Exits(0);
        _root.Run("update", "web").Fails(125, "one or more flags");
        _root.Run("update", "--cpus", "many", "web").Fails(125, "--cpus many");
        _root.Run("update", "--restart", "sometimes", "web").Fails(125, "unknown policy");
    }

    private string Memory() => _root.Run("stats", "--no-stream", "--format", "{{.MemUsage}}", "web").Succeeds().Lines[0];
}
