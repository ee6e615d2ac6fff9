using Minirun.Cli.Tests.Support;
using Minirun.Clients.Support;
using Xunit;

namespace Minirun.Clients.Podman;

public sealed partial class PodmanTests
{
    [ClientFact]
    public void Podman_shows_the_runtimes_name_and_version()
    {
        Assert.Equal(RuntimeUnderTest.Name, Client.Run("info", "--format", "{{.Host.OCIRuntime.Name}}").Exits(0).Out.Trim());
        Assert.Contains("version", Client.Run("info", "--format", "{{.Host.OCIRuntime.Version}}").Exits(0).Out);
    }

    [ClientFact]
    public void A_health_check_says_well_or_not()
    {
        using Detached container =
            Client.Sleeping("--health-cmd", "test -e /well", "--health-interval", "disable", "--health-retries", "1");
        Client.Run("healthcheck", "run", container.Name).Exits(1);
        Assert.Equal("unhealthy", container.Inspect("{{.State.Health.Status}}"));
        container.Exec("touch", "/well").Exits(0);
        Client.Run("healthcheck", "run", container.Name).Exits(0);
        Assert.Equal("healthy", container.Inspect("{{.State.Health.Status}}"));
    }

    [ClientFact]
    public void A_user_namespace_maps_its_ids()
    {
        string map = Kernel.Uid == 0 ? "0:100000:5000" : "0:1:5000";
        Assert.Equal($"0 {map.Split(':')[1]} 5000",
            Client.ContainerOrSkip(["--uidmap", map, "--gidmap", map], "sh", "-c", "xargs </proc/self/uid_map").Exits(0).Out.Trim());
    }

    [ClientFact]
    public void Exec_enters_a_user_namespace_of_the_containers_own()
    {
        string map = Kernel.Uid == 0 ? "0:100000:5000" : "0:1:5000";
        using Detached container = Client.Sleeping("--uidmap", map, "--gidmap", map);
        Assert.Equal($"0 {map.Split(':')[1]} 5000 0", container.Sh("echo $(cat /proc/self/uid_map) $(id -u)"));
        using Pty terminal = Client.Terminal("exec", "-it", container.Name, "sh", "-c", "tty; id -u; exit 6");
        terminal.Await("/dev/pts/0");
        Assert.Equal(6, terminal.ExitCode());
    }

    [ClientFact]
    public void A_user_keeps_his_id()
    {
        if (Kernel.Uid == 0) throw new SkippedException("--userns keep-id is rootless");
        Assert.Equal($"{Kernel.Uid}", Client.Sh(["--userns", "keep-id"], "id -u"));
    }

    [ClientFact]
    public void Descriptors_are_handed_on()
    {
        string file = Client.Realm.Write("volumes/handed-on", "by descriptor\n");
        var how = new Start { Before = $"exec 3<{Client.Realm.Outside(file)}" };
        Assert.Equal("by descriptor\n",
            Client.Run(how, "run", "--rm", "--network", "none", "--preserve-fds", "1", Client.Image, "sh", "-c", "cat <&3").Exits(0).Out);
    }

    [ClientFact]
    public void No_other_descriptor_reaches_the_container() =>
        Assert.Equal("0 1 2 3", Client.Sh([], "ls /proc/self/fd | xargs"));

    [ClientFact]
    public void A_container_without_cgroups_runs()
    {
        if (RuntimeUnderTest.IsRunc) throw new SkippedException("podman refuses --cgroups=disabled with runc");
        Assert.Equal("none", Client.Sh(["--cgroups", "disabled"], "echo none"));
    }

    [ClientFact]
    public void A_directory_serves_as_the_root_file_system()
    {
        using var root = new TemporaryRootfs();
        Assert.Equal("hello\n", Client.Run("run", "--rm", "--network", "none", "--rootfs", root.Path, "echo", "hello").Exits(0).Out);
    }

    [ClientFact]
    public void The_pid_file_has_the_pid_of_the_container()
    {
        using Detached container = Client.Sleeping("--pidfile", Client.Realm.Directory + "/pid-file");
        Assert.Equal(container.Inspect("{{.State.Pid}}"),
            File.ReadAllText(Client.Realm.Outside(Client.Realm.Directory + "/pid-file")).Trim());
    }

    [ClientFact]
    public void An_init_of_podmans_is_pid_1_when_asked_for()
    {
        if (Programs.Find("tini-static") is not { } tini) throw new SkippedException("tini-static is not here: apt-get install tini");
        Assert.Contains("podman-init", Client.Sh(["--init", "--init-path", tini], "cat /proc/1/cmdline"));
    }

    [ClientFact]
    public void A_network_of_podmans_own_is_joined()
    {
        if (Kernel.Uid != 0 && Programs.Find("slirp4netns") is null)
            throw new SkippedException("slirp4netns is not here: apt-get install slirp4netns");
        Assert.Contains("inet ", Client.RunOrSkip("run", "--rm", Client.Image, "sh", "-c", "ip addr show scope global").Exits(0).Out);
    }
}
