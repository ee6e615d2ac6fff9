using Minirun.Cli.Tests.Support;
using Minirun.Clients.Support;
using Xunit;

namespace Minirun.Clients.Common;

public abstract partial class ContainerFacts<TClient>
{
    [ClientFact]
    public void A_volume_is_shared_with_the_host()
    {
        Client.Realm.Write("volumes/rw/given", "given\n");
        string source = Client.Realm.Directory + "/volumes/rw";
        Assert.Equal("given", Client.Sh(["--volume", source + ":/v"], "cat /v/given; echo made >/v/made"));
        Assert.Equal("made\n", File.ReadAllText(Client.Realm.Outside(source + "/made")));
        Assert.Contains("Read-only file system", Client.Container(["--volume", source + ":/v:ro"], "touch", "/v/x").Exits(1).Error);
    }

    [ClientFact]
    public void A_named_volume_outlives_its_container()
    {
        Client.Sh(["--volume", "kept:/v"], "echo kept >/v/file");
        Assert.Equal("kept", Client.Sh(["--volume", "kept:/v"], "cat /v/file"));
        Client.Run("volume", "rm", "kept").Exits(0);
    }

    [ClientFact]
    public void Temporary_file_systems_have_their_size()
    {
        string df = Client.Sh(["--tmpfs", "/t:size=1m,mode=1770", "--shm-size", "2m"],
            "df -k /t /dev/shm | awk 'NR > 1 { print $2, $6 }'; stat -c %a /t");
        Assert.Equal("1024 /t\n2048 /dev/shm\n1770", df);
    }

    [ClientFact]
    public void Names_variables_and_the_directory_are_set() =>
        Assert.Equal("inner b /tmp", Client.Sh(["--hostname", "inner", "--env", "A=b", "--workdir", "/tmp"], "echo $(hostname) $A $(pwd)"));

    [ClientFact]
    public void A_sysctl_is_set() =>
        Assert.Equal("1", Client.Sh(["--sysctl", "net.ipv4.ip_forward=1"], "cat /proc/sys/net/ipv4/ip_forward"));

    [ClientFact]
    public void The_command_is_pid_1_and_alone() => Assert.Equal("1", Client.Sh([], "ls -d /proc/[0-9]* | grep -c '^/proc/1$'"));

    [ClientFact]
    public void Without_a_pid_namespace_the_hosts_processes_are_seen()
    {
        using Detached other = Client.Detach([], "sleep", "12321");
        Assert.Contains("sleep 12321", Client.Sh(["--pid", "host"], "ps"));
    }

    [ClientFact]
    public void A_container_on_the_hosts_pid_namespace_stops_with_all_its_processes()
    {
        if (Kernel.Uid != 0)
            throw new SkippedException("without a cgroup or a pid namespace nothing holds a container's processes together");
        using Detached container = Client.Detach(["--pid", "host"], "sh", "-c", "sleep 23432 & sleep 23432 & echo started; wait");
        container.AwaitLog("started");
        container.Do("kill").Exits(0);
        container.Wait();
        Assert.True(
            Deadline.Wait(
                () => !Client.Realm.Sh("cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '; true").Contains("sleep " + "23432")));
    }

    [ClientFact]
    public void A_container_joins_the_namespaces_of_another()
    {
        using Detached first = Client.Sleeping("--ipc", "shareable");
        string[] options = ["--pid", "container:" + first.Name, "--ipc", "container:" + first.Name];
        Result joined = Client.Run(
            ["run", "--rm", .. options, "--network", "container:" + first.Name, Client.Image, "sh", "-c",
                "ps; stat -L -c %i /proc/self/ns/net /proc/self/ns/ipc"])
            .Exits(0);
        Assert.Contains("sleep 1000", joined.Out);
        Assert.EndsWith(first.Sh("stat -L -c %i /proc/self/ns/net /proc/self/ns/ipc") + "\n", joined.Out);
    }

    [ClientFact]
    public void The_hosts_network_is_the_hosts_network()
    {
        const string id = "stat -L -c %i /proc/self/ns/net";
        Assert.Equal(Client.Realm.Sh(id), Client.Run("run", "--rm", "--network", "host", Client.Image, "sh", "-c", id).Exits(0).Out);
    }

    [ClientFact]
    public void A_container_is_in_a_cgroup_of_its_own_in_every_hierarchy_and_sees_no_other()
    {
        if (Kernel.Uid != 0) throw new SkippedException("rootless containers have no cgroup of their own with cgroup v1");
        using Detached neighbour = Client.Sleeping("--cgroupns", "host");
        Assert.NotEqual(OwnCgroup.Check(neighbour.Sh(OwnCgroup.Look)), OwnCgroup.Check(Client.Sh(["--cgroupns", "host"], OwnCgroup.Look)));
    }

    [ClientFact]
    public void A_cgroup_namespace_hides_where_the_container_is()
    {
        if (Kernel.Uid != 0) throw new SkippedException("rootless containers have no cgroup of their own with cgroup v1");
        Assert.All(Client.Sh(["--cgroupns", "private"], "cut -d: -f3 /proc/self/cgroup | sort -u").Split('\n'),
            path => Assert.Equal("/", path));
    }
}
