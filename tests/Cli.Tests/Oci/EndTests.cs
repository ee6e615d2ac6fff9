using System.Diagnostics;
using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

/// <summary>kill and delete.</summary>
public sealed class EndTests
{
    [Theory]
    [InlineData("USR1")]
    [InlineData("SIGUSR1")]
    [InlineData("usr1")]
    [InlineData("10")]
    public void A_signal_has_a_name_or_a_number(string signal)
    {
        using OciBundle bundle =
            new OciBundle("sh", "-c", "trap 'echo got it; exit' USR1; echo ready; while :; do sleep 0.05; done").Make("create", "start");
        Assert.True(Deadline.Wait(() => bundle.Out.Contains("ready")));
        bundle.Oci("kill", "ID", signal).Succeeds();
        Assert.True(Deadline.Wait(() => bundle.Out.Contains("got it")));
    }

    [Theory]
    [InlineData("BOGUS")]
    [InlineData("SIG")]
    [InlineData("65")]
    [InlineData("99999999999")]
    public void A_signal_that_is_none_is_refused(string signal)
    {
        using OciBundle bundle = new OciBundle("sleep", "1000").Make("create");
        Assert.Contains($"unknown signal \\\"{signal}\\\"", bundle.Oci("kill", "ID", signal).Exits(1).Error);
        Assert.Equal("created", bundle.Status);
    }

    [Fact]
    public void A_container_that_has_ended_is_not_running()
    {
        using OciBundle bundle = new OciBundle("true").Make("create", "start");
        Assert.True(Deadline.Wait(() => bundle.Status == "stopped"));
        Assert.Contains("msg=\"container not running\"", bundle.Oci("kill", "ID", "TERM").Exits(1).Error);
        Result all = bundle.Oci("kill", "--all", "ID", "9");
        Assert.True(all.ExitCode == 0 || all.Error.Contains("container not running"), all.ToString());
        Assert.Contains("cannot start a container that has stopped", bundle.Oci("start", "ID").Exits(1).Error);
    }

    [Fact]
    public void A_process_that_got_the_pid_is_left_alone()
    {
        using OciBundle bundle = new OciBundle("sleep", "1000").Make("create");
        using Process other = Process.Start("sleep", "1000");
        try
        {
            string file = Path.Combine(bundle.Root, bundle.Id, "state.json");
            string kept = File.ReadAllText(file);
            JsonObject state = JsonNode.Parse(kept)!.AsObject();
            state["pid"] = other.Id;
            // Not that of the other, for sure: the two may have been started within one tick of the clock.
            state["startTime"] = (ulong)state["startTime"]! - 1;
            File.WriteAllText(file, state.ToJsonString());
            Assert.Equal("stopped", bundle.Status);
            Assert.Contains("container not running", bundle.Oci("kill", "ID", "KILL").Exits(1).Error);
            Assert.True(Kernel.IsAlive(other.Id));
            File.WriteAllText(file, kept);
        }
        finally
        {
            other.Kill();
        }
    }

    [Fact]
    public void A_running_container_is_deleted_only_by_force()
    {
        using OciBundle bundle = new OciBundle("sleep", "1000").Make("create", "start");
        int pid = bundle.Pid;
        Assert.Contains($"cannot delete container {bundle.Id} that is not stopped: running", bundle.Oci("delete", "ID").Exits(1).Error);
        Assert.True(Kernel.IsAlive(pid));
        bundle.Oci("delete", "--force", "ID").Succeeds();
        Assert.False(Kernel.IsAlive(pid));
        bundle.Oci("delete", "--force", "ID").Succeeds();
        Assert.Contains("container does not exist", bundle.Oci("delete", "ID").Exits(1).Error);
        Assert.Empty(Directory.EnumerateFileSystemEntries(bundle.Root));
    }

    [Fact]
    public void A_container_that_was_never_started_is_deleted()
    {
        using OciBundle bundle = new OciBundle("sleep", "1000").Make("create");
        int pid = bundle.Pid;
        bundle.Oci("delete", "ID").Succeeds();
        Assert.False(Kernel.IsAlive(pid));
    }

    [Fact]
    public void Many_deletions_at_once_all_succeed()
    {
        using OciBundle bundle = new OciBundle("sleep", "1000").Make("create", "start");
        Result[] results =
            [.. Enumerable.Range(0, 8).AsParallel().WithDegreeOfParallelism(8).Select(_ => bundle.Oci("delete", "--force", "ID"))];
        Assert.All(results, result => result.Succeeds());
        Assert.Empty(Directory.EnumerateFileSystemEntries(bundle.Root));
    }

    [Fact]
    public void Of_many_creations_of_an_id_at_once_one_succeeds()
    {
        using var bundle = new OciBundle("sleep", "1000");
        var how = new Start { Before = $"exec </dev/null >/dev/null 2>>'{bundle.Directory}/errors'" };
        int[] codes = [.. Enumerable.Range(0, 8).AsParallel().WithDegreeOfParallelism(8).Select(_ =>
            Support.Minirun.Other(how, OciBundle.Program, "--root", bundle.Root, "create", "--bundle", bundle.Directory,
                bundle.Id).ExitCode)];
        Assert.Single(codes, 0);
        Assert.Equal("created", bundle.Status);
    }
}
