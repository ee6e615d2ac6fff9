using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

public sealed class StatsTests : IDisposable
{
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void The_columns_are_dockers()
    {
        _root.Detached(["--name", "web"], "sleep", "1000");
        string[] lines = _root.Run("stats", "--no-stream").Succeeds().Lines;
        Assert.Matches("^CONTAINER ID +NAME +CPU % +MEM USAGE / LIMIT +MEM % +NET I/O +BLOCK I/O +PIDS$", lines[0]);
        Assert.Matches(@"^[0-9a-f]{12} +web +\d+\.\d\d% +[\d.]+[KM]?i?B / [\d.]+[GTM]iB +\d+\.\d\d% +0B / 0B +.* +1$", lines[1]);
    }

    [Fact]
    public void A_busy_container_has_a_share_of_the_processors()
    {
        _root.Detached(["--name", "busy"], "sh", "-c", "while :; do :; done");
        string share = (string)JsonNode.Parse(_root.Run("stats", "--no-stream", "--format", "json", "busy").Succeeds().Out)!["CPUPerc"]!;
        Assert.True(double.Parse(share.TrimEnd('%'), System.Globalization.CultureInfo.InvariantCulture) > 5, share);
    }

    [Fact]
    public void Stopped_containers_are_shown_when_asked_for()
    {
        string id = _root.Run("create", "--name", "idle", Rootfs.Busybox, "true").Exits(0).Lines[0];
        Assert.Single(_root.Run("stats", "--no-stream").Succeeds().Lines);
        Assert.Equal($"{id} 0B / 0B 0",
            _root.Run("stats", "-a", "--no-stream", "--no-trunc", "--format", "{{.ID}} {{.MemUsage}} {{.PIDs}}").Succeeds().Lines[0]);
        _root.Run("stats", "--no-stream", "nobody").Fails(1, "no such container: nobody");
    }

    [Requires(Need.Root)]
    public void The_limit_is_the_containers()
    {
        _root.Detached(["--name", "small", "--memory", "64m"], "sleep", "1000");
        Assert.EndsWith(" / 64MiB", _root.Run("stats", "--no-stream", "--format", "{{.MemUsage}}", "small").Succeeds().Lines[0]);
    }
}
