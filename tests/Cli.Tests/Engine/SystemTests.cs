using System.Text.Json;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

using Minirun = Support.Minirun;

public sealed class SystemTests : IDisposable
{
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    private string[] Names(string what) =>
        _root.Run(what, what == "ps" ? "-a" : "ls", "--format", what == "ps" ? "{{.Names}}" : "{{.Name}}").Exits(0).Lines;

    [Theory]
    [InlineData("info")]
    [InlineData("system", "info")]
    public void Info_counts_containers_and_names_what_there_is(params string[] words)
    {
        _root.Detached([], "sleep", "1000");
        _root.Run("create", Rootfs.Busybox, "true").Exits(0);
        JsonElement info = JsonDocument.Parse(_root.Run([.. words, "--format", "json"]).Succeeds().Out).RootElement;
        Assert.Equal((2, 1, 0, 1),
            (info.GetProperty("Containers").GetInt32(), info.GetProperty("ContainersRunning").GetInt32(),
                info.GetProperty("ContainersPaused").GetInt32(), info.GetProperty("ContainersStopped").GetInt32()));
        Assert.Equal(_root.Path, info.GetProperty("DockerRootDir").GetString());
        Assert.Equal(File.ReadAllText("/proc/sys/kernel/osrelease").Trim(), info.GetProperty("KernelVersion").GetString());
        Assert.Contains("none", info.GetProperty("Plugins").GetProperty("Network").EnumerateArray().Select(each => each.GetString()));
        Assert.Equal("2\n", _root.Run([.. words, "-f", "{{.Containers}}"]).Succeeds().Out);
        Assert.StartsWith("Containers: 2\n Running: 1\n", _root.Run(words).Succeeds().Out);
    }

    [Fact]
    public void Info_names_the_runtimes_of_this_machine_with_their_versions()
    {
        JsonElement runtimes = JsonDocument.Parse(_root.Run("info", "--format", "json").Succeeds().Out).RootElement.GetProperty("Runtimes");
        List<string> shown = [];
        foreach (JsonProperty each in runtimes.EnumerateObject())
        {
            string path = each.Name == "builtin" ? Path.Combine(Programs.Bin, "minirun-oci") : each.Value.GetProperty("path").GetString()!;
            string version = each.Value.GetProperty("version").GetString()!;
            Assert.EndsWith(" version " + version, Minirun.Other(path, "--version").Succeeds().Lines[0]);
            shown.Add($"{each.Name} ({version})");
        }
        Assert.Contains(shown, each => each.StartsWith("builtin ("));
        Assert.Contains($"\nRuntimes: {string.Join(' ', shown)}\n", _root.Run("info").Succeeds().Out);
    }

    [Fact]
    public void Df_says_what_is_there_and_what_of_it_nobody_needs()
    {
        _root.Run("volume", "create", "data").Succeeds();
        _root.Run("run", "-v", "data:/data", Rootfs.Busybox, "sh", "-c", "head -c 200000 /dev/zero >/data/file").Exits(0);
        _root.Run("create", "--name", "web", Rootfs.Busybox, "true").Exits(0);
        JsonElement[] rows =
            [.. _root.Run("system", "df", "--format", "json").Succeeds().Lines.Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(["Containers", "Local Volumes", "Removed Containers"], rows.Select(row => row.GetProperty("Type").GetString()));
        Assert.Equal("0", rows[0].GetProperty("Active").GetString());
        Assert.EndsWith("(100%)", rows[0].GetProperty("Reclaimable").GetString());
        Assert.StartsWith("20", rows[1].GetProperty("Size").GetString());
        Assert.Matches("^TYPE +TOTAL +ACTIVE +SIZE +RECLAIMABLE\n", _root.Run("system", "df").Succeeds().Out);
        Assert.Matches("\ndata +[01] +20.*kB\n", _root.Run("system", "df", "-v").Succeeds().Out);
    }

    [Fact]
    public void Prune_asks_and_takes_what_nobody_needs()
    {
        _root.Detached(["--name", "runs"], "sleep", "1000");
        _root.Run("create", "--name", "old", "-v", "/anonymous", Rootfs.Busybox, "true").Exits(0);
        _root.Run("volume", "create", "data").Succeeds();
        if (Kernel.Uid == 0) _root.Run("network", "create", "unused").Succeeds();
        Result no = Minirun.Run(_root.How with { Input = "no\n" }, "system", "prune", "--volumes");
        Assert.Contains("  - all stopped containers\n", no.Exits(0).Out);
        Assert.Contains("Total reclaimed space: 0B", no.Out);
        Assert.Equal(2, Names("ps").Length);
        string said = Minirun.Run(_root.How with { Input = "y\n" }, "system", "prune").Exits(0).Out;
        Assert.Contains("Deleted Containers:\n", said);
        if (Kernel.Uid == 0) Assert.Contains("Deleted Networks:\nunused\n", said);
        Assert.Equal(["runs"], Names("ps"));
        Assert.Equal(2, Names("volume").Length);
        Assert.Contains("Deleted Volumes:\n", _root.Run("system", "prune", "-f", "--volumes").Succeeds().Out);
        Assert.Equal(["data"], Names("volume"));
    }

    [Fact]
    public void Prune_forgets_the_removed_when_asked()
    {
        _root.Run("create", "--name", "web", Rootfs.Busybox, "true").Exits(0);
        _root.Run("system", "prune", "-f").Succeeds();
        _root.Run("why", "web").Succeeds();
        _root.Run("system", "prune", "-f", "-a").Succeeds();
        _root.Run("why", "web").Fails(1, "no such container: web");
    }

    [Fact]
    public void A_time_and_volumes_are_not_asked_for_together() =>
        _root.Run("system", "prune", "-f", "--volumes", "--filter", "until=1h").Fails(125, "--filter until", "volume prune");
}
