using Minirun.Cli.Tests.Support;
using Minirun.Clients.Containerd.Cri;
using Minirun.Clients.Support;
using Xunit;

namespace Minirun.Clients.Containerd;

/// <summary>What the kubelet does: pods, by the container runtime interface.</summary>
public sealed partial class ContainerdTests
{
    private const int Created = 0, Running = 1, DeadlineExceeded = 4;

    [ClientFact]
    public void A_pods_container_is_created_started_stopped_and_removed()
    {
        using var pod = new Pod(_client);
        Assert.True(pod.IsReady);
        string id = pod.Create(["sh", "-c", Terminated]);
        Assert.Equal(Created, pod.Status(id).Number(3));
        pod.Start(id);
        Assert.Equal(Running, pod.Status(id).Number(3));
        AwaitLine(pod, "stdout F started");
        pod.Stop(id, 30);
        Assert.Equal((3, "Error"), pod.AwaitEnd(id));
        AwaitLine(pod, "stdout F got TERM");
        pod.Remove(id);
        pod.Stop();
        Assert.False(pod.IsReady);
    }

    [ClientFact]
    public void A_pods_container_ends_by_itself_or_is_killed()
    {
        using var pod = new Pod(_client);
        Assert.Equal((0, "Completed"), pod.AwaitEnd(pod.Start(["true"])));
        Assert.Equal((7, "Error"), pod.AwaitEnd(pod.Start(["sh", "-c", "exit 7"])));
        string id = pod.Start(["sleep", "1000"]);
        pod.Stop(id, 0);
        Assert.Equal((137, "Error"), pod.AwaitEnd(id));
    }

    [ClientFact]
    public void Exec_in_a_pods_container_has_output_a_code_and_a_deadline()
    {
        using var pod = new Pod(_client);
        string id = pod.Start(["sleep", "1000"]);
        Assert.Equal(("out\n", "err\n", 9), pod.Exec(id, ["sh", "-c", "echo out; echo err >&2; exit 9"]));
        Assert.Contains("executable file not found in $PATH", Assert.Throws<CriException>(() => pod.Exec(id, ["no-such-command"])).Message);
        Assert.Equal(DeadlineExceeded, Assert.Throws<CriException>(() => pod.Exec(id, ["sleep", "1001"], timeout: 1)).Status);
        Assert.DoesNotContain("sleep 1001", pod.Exec(id, ["ps"]).Out);
    }

    [ClientFact]
    public void A_pods_container_has_limits_which_can_be_changed()
    {
        if (!Directory.Exists("/sys/fs/cgroup/memory")) throw new SkippedException("no cgroup v1 controllers here");
        using var pod = new Pod(_client);
        string id = pod.Start(["sleep", "1000"], Resources(quota: 50000, shares: 512, memory: 67108864));
        Assert.Equal("50000 512 67108864", Limits(id));
        pod.Update(id, Resources(quota: 30000, shares: 256, memory: 134217728));
        Assert.Equal("30000 256 134217728", Limits(id));
    }

    [ClientFact]
    public void A_pods_container_is_as_confined_as_was_asked_for()
    {
        using var pod = new Pod(_client);
        // No capabilities, user 5, group 6, a read-only root, no new privileges, the default seccomp profile.
        Message security = new Message()
            .Add(1, new Message().Add(2, "ALL"))
            .Add(5, new Message().Add(1, 5)).Add(12, new Message().Add(1, 6))
            .Add(7, true).Add(11, true).Add(15, new Message());
        string id = pod.Start(["sleep", "1000"], security: security);
        Assert.Equal("5 6", pod.Exec(id, ["sh", "-c", "echo $(id -u) $(id -g)"]).Out.Trim());
        Assert.Equal("0000000000000000 1 2",
            pod.Exec(id, ["sh", "-c", "echo $(grep -E '^(CapBnd|NoNewPrivs|Seccomp):' /proc/self/status | cut -f2)"]).Out.Trim());
        Assert.Contains("Read-only file system", pod.Exec(id, ["touch", "/x"]).Error);
    }

    [ClientFact]
    public void Containers_of_a_pod_share_what_the_pod_says()
    {
        using var pod = new Pod(_client, sharesPids: true);
        pod.Start(["sleep", "1002"]);
        Assert.Contains("sleep 1002", pod.Exec(pod.Start(["sleep", "1003"]), ["ps"]).Out);
        using var other = new Pod(_client);
        other.Start(["sleep", "1002"]);
        Assert.DoesNotContain("sleep 1002", other.Exec(other.Start(["sleep", "1003"]), ["ps"]).Out);
    }

    [ClientFact]
    public void A_pods_container_without_a_program_does_not_start_and_says_why()
    {
        using var pod = new Pod(_client);
        string id = pod.Create(["no-such-command"]);
        Assert.Contains("exec: \"no-such-command\": executable file not found in $PATH",
            Assert.Throws<CriException>(() => pod.Start(id)).Message);
        Assert.Equal((128, "StartError"), pod.AwaitEnd(id));
    }

    [ClientFact]
    public void A_pod_is_removed_with_all_that_still_runs_in_it()
    {
        var pod = new Pod(_client);
        pod.Start(["sh", "-c", "sleep 1000 & sleep 1000"]);
        pod.Start(["sleep", "1000"]);
        pod.Dispose();
    }

    private static Message Resources(int quota, int shares, int memory) =>
        new Message().Add(1, 100000).Add(2, quota).Add(3, shares).Add(4, memory);

    private string Limits(string id) =>
        _client.Realm.Sh(
            "cd /sys/fs/cgroup; echo $(cat cpu/k8s.io/$1/cpu.cfs_quota_us cpu/k8s.io/$1/cpu.shares memory/k8s.io/$1/memory.limit_in_bytes)",
            id)
            .Trim();

    private void AwaitLine(Pod pod, string line)
    {
        string log = _client.Realm.Outside(pod.Log(0)), text = "";
        Assert.True(Deadline.Wait(() => (text = File.Exists(log) ? File.ReadAllText(log) : "").Contains(line)),
            $"waited in vain for '{line}':\n{text}");
    }
}
