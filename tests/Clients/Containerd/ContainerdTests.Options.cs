using Minirun.Cli.Tests.Support;
using Minirun.Clients.Support;
using Xunit;

namespace Minirun.Clients.Containerd;

public sealed partial class ContainerdTests
{
    [ClientFact]
    public void Limits_are_in_the_cgroup()
    {
        if (!Directory.Exists("/sys/fs/cgroup/memory")) throw new SkippedException("no cgroup v1 controllers here");
        string id = $"c{Guid.NewGuid():n}"[..10];
        const string script = "echo started; sleep 1000";
        _client.Run(
            _client.Container(id, ["--detach", "--log-uri", "file://" + _client.Log(id), "--memory-limit", "67108864", "--cpus", "0.5"],
                "sh", "-c", script))
            .Exits(0);
        using var task = new Task(_client, id);
        task.AwaitLog("started");
        Assert.Equal("67108864\n50000\n",
            _client.Realm.Sh("cat /sys/fs/cgroup/memory/default/$1/memory.limit_in_bytes /sys/fs/cgroup/cpu/default/$1/cpu.cfs_quota_us",
                id));
    }

    [ClientFact]
    public void A_container_is_in_a_cgroup_of_its_own_in_every_hierarchy_and_sees_no_other()
    {
        using Task neighbour = _client.Detach([], "sleep", "1000");
        const string mount = "type=cgroup,src=cgroup,dst=/sys/fs/cgroup,options=ro";
        Assert.NotEqual(OwnCgroup.Check(neighbour.Output("sh", "-c", OwnCgroup.Look)),
            OwnCgroup.Check(Sh(["--mount", mount], OwnCgroup.Look)));
    }

    [ClientFact]
    public void A_read_only_root_cannot_be_written() =>
        Assert.Contains("Read-only file system", Run(["--read-only"], "touch", "/x").Exits(1).Error);

    [ClientFact]
    public void The_default_seccomp_profile_and_no_new_privileges_are_on() =>
        Assert.Equal("1\n2", Sh(["--seccomp"], "grep -E 'NoNewPrivs|Seccomp:' /proc/self/status | cut -f2"));

    [ClientFact]
    public void Capabilities_are_added_and_dropped() =>
        Assert.Equal("1", Sh(["--cap-drop", "CAP_CHOWN"], "chown 1 /etc/passwd 2>/dev/null; echo $?"));

    [ClientFact]
    public void A_mount_is_there()
    {
        _client.Realm.Write("volumes/given", "given\n");
        Assert.Equal("given",
            Sh(["--mount", $"type=bind,src={_client.Realm.Directory}/volumes,dst=/tmp,options=rbind:ro"],
                "cat /tmp/given; ! touch /tmp/x 2>/dev/null"));
    }

    [ClientFact]
    public void A_user_namespace_maps_its_ids()
    {
        // ctr maps ids for images only.
        string[] run = ["run", "--rm", "--runc-binary", RuntimeUnderTest.Path, "--uidmap", "0:100000:5000", "--gidmap", "0:100000:5000"];
        Assert.Equal("0 100000 5000\n",
            _client.RunOrSkip(_client.RunStaying,
                    [.. run, ContainerdClient.ImageName, "mapped", .. ContainerdClient.Staying("sh", "-c", "xargs </proc/self/uid_map")])
                .Exits(0).Out);
    }

    [ClientFact]
    public void A_container_joins_the_namespaces_of_another()
    {
        using Task task = _client.Detach([], "sleep", "1000");
        string pid = task.Do("ps").Exits(0).Lines[1].Split(' ')[0];
        Assert.Equal(task.Output("stat", "-L", "-c", "%i", "/proc/self/ns/net"),
            Run(["--with-ns", $"network:/proc/{pid}/ns/net"], "stat", "-L", "-c", "%i", "/proc/self/ns/net").Exits(0).Out);
    }

    [ClientFact]
    public void A_privileged_container_may_mount() =>
        _client.RunOrSkip(_client.Container(["--privileged"], "sh", "-c", "mount -t tmpfs none /tmp")).Exits(0);

    [ClientFact]
    public void The_older_shim_drives_it_as_well() =>
        Assert.Equal("hello\n",
            _client.RunOrSkip(_client.RunStaying,
                    _client.Container(["--runtime", "io.containerd.runc.v1"], ContainerdClient.Staying("echo", "hello")))
                .Exits(0).Out);

    [ClientFact]
    public void A_runtime_root_can_be_chosen()
    {
        string root = _client.Realm.Directory + "/volumes/runtime-root", id = $"c{Guid.NewGuid():n}"[..10];
        _client.Run(_client.Container(id, ["--detach", "--null-io", "--runc-root", root], "sleep", "1000")).Exits(0);
        using var task = new Task(_client, id);
        Assert.Contains(id, _client.Realm.Sh("ls \"$1\"/default", root));
    }

    [ClientFact]
    public void Eight_run_at_the_same_time()
    {
        Result[] results = new Result[8];
        Thread[] threads = [
            .. Enumerable.Range(0, 8)
                .Select(number => new Thread(() => results[number] = Run([], "sh", "-c", $"echo {number}; exit {number}")))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        for (int number = 0; number < 8; number++) Assert.Equal($"{number}\n", results[number].Exits(number).Out);
    }
}
