using Minirun.Cli.Tests.Support;
using Minirun.Clients.Support;
using Xunit;

namespace Minirun.Clients.Common;

public abstract partial class ContainerFacts<TClient>
{
    /// <summary>Where the files of a v1 controller are inside; skips where there is no such controller, or no way to use it.</summary>
    private protected static string Controller(string name)
    {
        if (Kernel.Uid != 0) throw new SkippedException("rootless containers have no limits with cgroup v1");
        string path = "/sys/fs/cgroup/" + name;
        return Directory.Exists(path) ? path : throw new SkippedException($"no cgroup v1 controller {name} here");
    }

    [ClientFact]
    public void Limits_are_in_the_cgroup()
    {
        string memory = Controller("memory"), cpu = Controller("cpu"), pids = Controller("pids"), cpuset = Controller("cpuset");
        string[] options = ["--memory", "64m", "--memory-reservation", "32m", "--cpus", "0.5", "--cpu-shares", "512", "--pids-limit", "30",
            "--cpuset-cpus", "0"];
        string[] files = [memory + "/memory.limit_in_bytes", memory + "/memory.soft_limit_in_bytes", cpu + "/cpu.cfs_quota_us",
            cpu + "/cpu.shares", pids + "/pids.max", cpuset + "/cpuset.cpus"];
        Assert.Equal(["67108864", "33554432", "50000", "512", "30", "0"], Client.Sh(options, "cat " + string.Join(' ', files)).Split('\n'));
    }

    [ClientFact]
    public void Too_much_memory_is_137()
    {
        Controller("memory");
        Client.Container(["--memory", "20m"], "tail", "/dev/zero").Exits(137);
    }

    [ClientFact]
    public void Too_many_processes_are_refused()
    {
        Controller("pids");
        Assert.Contains("can't fork",
            Client.Container(["--pids-limit", "20"], "sh", "-c", "for i in $(seq 40); do sleep 1 & done; wait").Error);
    }

    [ClientFact]
    public void A_running_container_gets_other_limits()
    {
        string memory = Controller("memory"), cpu = Controller("cpu");
        using Detached container = Client.Sleeping("--memory", "64m", "--memory-swap", "64m");
        container.Do("update", "--cpus", "0.3", "--memory", "48m", "--memory-swap", "48m").Exits(0);
        Assert.Equal("50331648\n30000", container.Sh($"cat {memory}/memory.limit_in_bytes {cpu}/cpu.cfs_quota_us"));
    }

    [ClientFact]
    public void Devices_that_were_not_given_cannot_be_made()
    {
        Controller("devices");
        Assert.Contains("not permitted", Client.Container(["--cap-add", "mknod"], "sh", "-c", "mknod /m b 8 0 && cat /m").Error);
        Assert.Equal("crw-rw-rw-",
            Client.Sh(["--device", "/dev/zero:/dev/nought"], "head -c 1 /dev/nought >/dev/null; ls -l /dev/nought | cut -c1-10"));
    }

    [ClientFact]
    public void Statistics_are_read()
    {
        Controller("memory");
        using Detached container = Client.Sleeping("--memory", "64m");
        Assert.Contains("64MiB", Client.Run("stats", "--no-stream", container.Name).Exits(0).Out.Replace("67.11MB", "64MiB"));
    }

    [ClientFact]
    public void Files_and_processes_of_a_user_are_limited() =>
        Assert.Equal("100\n200",
            Client.ContainerOrSkip(["--ulimit", "nofile=100:200"], "sh", "-c", "ulimit -Sn; ulimit -Hn").Exits(0).Out.Trim());

    [ClientFact]
    public void Less_of_a_core_file_is_granted_everywhere() =>
        Assert.Equal("0", Client.ContainerOrSkip(["--ulimit", "core=0:0"], "sh", "-c", "ulimit -c").Exits(0).Out.Trim());

    [ClientFact]
    public void The_kernel_is_told_whom_to_kill_first() =>
        Assert.Equal("500", Client.Sh(["--oom-score-adj", "500"], "cat /proc/self/oom_score_adj"));
}
