using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>docker's longer names.</summary>
public sealed class ContainerVerbTests : IDisposable
{
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void All_verbs_for_containers_have_a_longer_name()
    {
        string help = _root.Run("container", "--help").Succeeds().Out;
        Assert.All(
            (string[])["attach", "cp", "create", "exec", "inspect", "kill", "list", "logs", "ls", "pause", "port", "prune", "ps", "remove",
                "rename", "restart", "rm", "run", "start", "stats", "stop", "top", "unpause", "update", "wait"],
            verb => Assert.Contains($"\n  {verb} ", help));
    }

    [Fact]
    public void The_longer_names_do_the_same()
    {
        string id = _root.Run("container", "run", "-d", "--name", "web", Rootfs.Busybox, "sleep", "1000").Exits(0).Lines[0];
        foreach (string verb in (string[])["ls", "list", "ps"])
            Assert.Equal("web\n", _root.Run("container", verb, "--format", "{{.Names}}").Succeeds().Out);
        Assert.Equal("in\n", _root.Run("container", "exec", "web", "echo", "in").Exits(0).Out);
        Assert.Equal(id + "\n", _root.Run("container", "inspect", "-f", "{{.Id}}", "web").Succeeds().Out);
        _root.Run("container", "stop", "--timeout", "0", "web").Succeeds();
        _root.Run("container", "rename", "web", "old").Succeeds();
        _root.Run("container", "rm", "old").Succeeds();
        Assert.Equal("fore\n", _root.Run("container", "run", Rootfs.Busybox, "echo", "fore").Exits(0).Out);
    }

    [Fact]
    public void Their_help_has_their_flags()
    {
        Assert.StartsWith("Usage:  minirun container ls [OPTIONS]", _root.Run("container", "ls", "--help").Succeeds().Out);
        Assert.Equal(_root.Run("run", "--help").Succeeds().Out, _root.Run("container", "run", "--help").Succeeds().Out);
        _root.Run("container", "ls", "--al").Fails(125, "container ls: unknown flag --al", "did you mean --all?");
        _root.Run("container", "bogus").Fails(125, "container: unknown command 'bogus'");
        _root.Run("container", "run", "--netwrok", "x").Fails(125, "run: unknown flag --netwrok");
    }

    [Fact]
    public void Names_are_completed()
    {
        _root.Run("create", "--name", "web", Rootfs.Busybox, "true").Exits(0);
        _root.Run("create", "--name", "worker", Rootfs.Busybox, "true").Exits(0);
        Assert.Equal("web\n:\n", _root.Run("__complete", "rm", "worker", "we").Out);
        Assert.Equal("worker\n:\n", _root.Run("__complete", "container", "inspect", "wo").Out);
        Assert.Equal(":\n", _root.Run("__complete", "exec", "web", "wo").Out);
    }

    [Fact]
    public void Inspect_finds_volumes_and_networks_too()
    {
        _root.Run("volume", "create", "data").Succeeds();
        _root.Run("create", "--name", "web", Rootfs.Busybox, "true").Exits(0);
        Assert.Equal("local\n", _root.Run("inspect", "-f", "{{.Driver}}", "data").Succeeds().Out);
        Assert.Equal("bridge\n", _root.Run("inspect", "--type", "network", "-f", "{{.Name}}", "bridge").Succeeds().Out);
        _root.Run("inspect", "--type", "container", "data").Fails(1, "no such container: data");
        _root.Run("inspect", "--type", "image", "data").Fails(125, "--type image");
        Assert.Matches("^[1-9][0-9]+\n$", _root.Run("inspect", "-s", "-f", "{{.SizeRootFs}}", "web").Succeeds().Out);
    }

    [Fact]
    public void Inspect_says_what_the_log_lost()
    {
        _root.Detached(["--name", "web"], "true");
        _root.Run("wait", "web").Succeeds();
        Assert.Equal("0 \n", _root.Run("inspect", "-f", "{{.State.LogLost}} {{.State.LogTrouble}}", "web").Succeeds().Out);
    }

    [Requires(Need.UserNamespaces)]
    public void Inspect_has_mounts_and_rights_where_docker_has_them()
    {
        using var shared = new TemporaryDirectory();
        string[] volumes = ["-v", "data:/data", "-v", shared.Path + ":/mnt:ro"];
        _root.Run(["create", "--name", "web", "--privileged", "--read-only", .. volumes, Rootfs.Busybox]).Exits(0);
        Assert.Equal("true", _root.Inspect("web", ".HostConfig.Privileged"));
        Assert.Equal("true", _root.Inspect("web", ".HostConfig.ReadonlyRootfs"));
        Assert.Equal($"[\"data:/data\",\"{shared.Path}:/mnt:ro\"]", _root.Inspect("web", "json .HostConfig.Binds"));
        Assert.Equal("0 0", _root.Inspect("web", ".HostConfig.Memory") + " " + _root.Inspect("web", ".HostConfig.NanoCpus"));
    }

    [TheoryRequires(Need.Root)]
    [InlineData("--memory", "20m", ".HostConfig.Memory", "20971520")]
    [InlineData("--memory-reservation", "10m", ".HostConfig.MemoryReservation", "10485760")]
    [InlineData("--cpus", "0.5", ".HostConfig.NanoCpus", "500000000")]
    [InlineData("--cpu-shares", "512", ".HostConfig.CpuShares", "512")]
    [InlineData("--cpuset-cpus", "0", ".HostConfig.CpusetCpus", "0")]
    [InlineData("--pids-limit", "50", ".HostConfig.PidsLimit", "50")]
    public void Inspect_has_limits_where_docker_has_them(string flag, string value, string field, string expected)
    {
        _root.Run("create", "--name", "web", flag, value, Rootfs.Busybox).Exits(0);
        Assert.Equal(expected, _root.Inspect("web", field));
    }
}
