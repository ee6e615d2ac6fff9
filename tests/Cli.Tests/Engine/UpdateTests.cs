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
        Assert.Equal("web",
            _root.Run("update", "--memory", "96m", "--memory-swap", "96m", "--pids-limit", "50", "--cpus", "0.5", "web")
                .Succeeds().Lines[0]);
        Assert.EndsWith(" / 96MiB", Memory());
        _root.Run("restart", "-t", "0", "web").Succeeds();
        Assert.EndsWith(" / 96MiB", Memory());
        string config =
            File.ReadAllText(Directory.GetFiles(Path.Combine(_root.Path, "containers"), "config.json", SearchOption.AllDirectories)[0]);
        Assert.Matches("\"quota\": *50000", config);
    }

    [Fact]
    public void A_container_that_does_not_run_has_them_from_its_start_on()
    {
        _root.Run("create", "--name", "web", Rootfs.Busybox, "sleep", "1000").Exits(0);
        _root.Run("update", "--cpu-shares", "512", "web").Succeeds();
        string config =
            File.ReadAllText(Directory.GetFiles(Path.Combine(_root.Path, "containers"), "config.json", SearchOption.AllDirectories)[0]);
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

    /// <summary>Its document would be one that nothing can read any more.</summary>
    [Fact]
    public void What_does_not_go_with_the_rest_is_refused_and_changes_nothing()
    {
        _root.Run("create", "--name", "web", "--memory", "64m", Rootfs.Busybox, "true").Exits(0);
        Result result = _root.Run("update", "--memory-swap", "1m", "web")
            .Fails(125, "--memory-swap: ", "less than the limit of memory", "minirun inspect");
        Assert.DoesNotContain("config", result.Error);
        _root.Run("update", "--memory", "128m", "--memory-swap", "128m", "web").Succeeds();
        Assert.Equal("134217728", _root.Inspect("web", ".HostConfig.MemorySwap"));
    }

    /// <summary>Texts, and numbers that are too small or too large.</summary>
    [Fact]
    public void What_run_refuses_update_refuses()
    {
        _root.Run("create", "--name", "web", "--net", "none", Rootfs.Busybox, "true").Exits(0);
        HashSet<string> common = [.. HelpFlags.Of("run").Select(flag => flag.Name)];
        common.IntersectWith(HelpFlags.Of("update").Select(flag => flag.Name));
        List<string> taken = [];
        Assert.InRange(common.Count, 10, 30);
        foreach (string flag in common)
            foreach (string value in (string[])["x", "-5", "1.5.5", "1", "5", "99999999999999999999"])
            {
                bool isRefused = _root.Run("run", "--print-spec", flag, value, Rootfs.Busybox, "true").ExitCode == 125;
                if (isRefused && _root.Run("update", flag, value, "web").ExitCode == 0) taken.Add($"{flag} {value}");
            }
        Assert.Equal([], taken);
    }

    private string Memory() => _root.Run("stats", "--no-stream", "--format", "{{.MemUsage}}", "web").Succeeds().Lines[0];
}
