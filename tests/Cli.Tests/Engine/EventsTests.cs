using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

public sealed class EventsTests : IDisposable
{
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void A_life_is_written_down_from_create_to_destroy()
    {
        _root.Detached(["--name", "web", "--label", "team=a"], "sh", "-c", "trap 'exit 3' TERM; while :; do sleep 0.01; done");
        _root.Run("rename", "web", "shop").Succeeds();
        _root.Run("stop", "shop").Succeeds();
        _root.Run("rm", "shop").Succeeds();
        Assert.Equal(["create web", "start web", "rename shop", "kill shop", "die shop", "stop shop", "destroy shop"],
            _root.Run("events", "--since", "1h", "--stream=false", "--format", "{{.Action}} {{.Actor.Attributes.name}}").Succeeds().Lines);
        JsonNode die = JsonNode.Parse(
            _root.Run("events", "--since", "1h", "--until", "0s", "--filter", "event=die", "--format", "json").Succeeds().Out)!;
        Assert.Equal("3", (string)die["Actor"]!["Attributes"]!["exitCode"]!);
        Assert.Equal("a", (string)die["Actor"]!["Attributes"]!["team"]!);
        Assert.Equal("container", (string)die["Type"]!);
    }

    [Fact]
    public void Lines_are_dockers()
    {
        string id = _root.Detached(["--name", "web"], "true");
        _root.Run("wait", "web").Succeeds();
        Assert.Matches($@"^\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{{9}}[+-]\d\d:\d\d container die {id} \(exitCode=0, image=.*, name=web\)$",
            _root.Run("events", "--stream=false", "--filter", "event=die").Succeeds().Lines[0]);
    }

    [Fact]
    public void Who_follows_sees_what_happens_and_not_what_happened()
    {
        _root.Detached(["--name", "before"], "true");
        using RunningProgram events = _root.Start("events", "--filter", "event=create", "--format", "{{.Actor.Attributes.name}}");
        // Until it listens nobody knows when: so many are made as it takes.
        int made = 0;
        Assert.True(Deadline.Wait(() =>
        {
            _root.Run("create", "--name", $"after{made++}", Rootfs.Busybox, "true").Exits(0);
            return events.OutSoFar.Contains("after");
        }));
        Assert.DoesNotContain("before", events.OutSoFar);
    }

    [Fact]
    public void A_full_journal_makes_way_for_a_new_one()
    {
        string journal = Path.Combine(_root.Path, "events", "journal");
        _root.Run("create", "--name", "one", Rootfs.Busybox, "true").Exits(0);
        File.AppendAllText(journal, new string('\n', 1 << 20));
        _root.Run("create", "--name", "two", Rootfs.Busybox, "true").Exits(0);
        Assert.False(File.Exists(journal));
        _root.Run("create", "--name", "three", Rootfs.Busybox, "true").Exits(0);
        Assert.True(new FileInfo(journal).Length < 10_000);
        Assert.Equal(["one", "two", "three"],
            _root.Run("events", "--stream=false", "--format", "{{.Actor.Attributes.name}}").Succeeds().Lines);
    }

    [Fact]
    public void A_filter_that_is_none_is_refused() => _root.Run("events", "--filter", "colour=red").Fails(125, "invalid filter");
}
