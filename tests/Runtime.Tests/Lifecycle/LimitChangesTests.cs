using System.Text;
using System.Text.Json;
using Minirun.Runtime.Bundles;
using Minirun.Runtime.Lifecycle;
using Minirun.Runtime.Spec;
using Xunit;

namespace Minirun.Runtime.Tests.Lifecycle;

public sealed class LimitChangesTests
{
    [Fact]
    public void A_zero_of_dockers_leaves_a_limit_alone()
    {
        OciResources changes = Read("""
            {"memory":{"limit":50331648,"reservation":0,"kernel":0},"cpu":{"shares":200,"quota":0,"period":0},"pids":{"limit":44},
            "blockIO":{"weight":0}}
            """);
        LimitChanges.DropUnset(changes);
        Assert.Equal("""{"memory":{"limit":50331648},"cpu":{"shares":200},"pids":{"limit":44}}""", Write(changes));
    }

    [Fact]
    public void Device_rules_of_kubernetes_change_nothing()
    {
        OciResources changes = Read("""{"devices":[{"allow":false,"access":"rwm"}]}""");
        LimitChanges.DropUnset(changes);
        Assert.True(LimitChanges.IsEmpty(changes));
    }

    [Fact]
    public void A_limit_that_is_taken_away_is_a_change()
    {
        OciResources changes = Read("""{"memory":{"limit":-1,"swap":-1},"cpu":{"quota":-1,"idle":0},"pids":{"limit":-1}}""");
        LimitChanges.DropUnset(changes);
        Assert.Equal("""{"memory":{"limit":-1,"swap":-1},"cpu":{"quota":-1,"idle":0},"pids":{"limit":-1}}""", Write(changes));
    }

    [Fact]
    public void Later_changes_are_put_over_earlier_ones()
    {
        OciResources kept = Read("""{"memory":{"limit":1,"swap":2},"cpu":{"shares":3},"unified":{"a.max":"1","b.max":"1"}}""");
        LimitChanges.Merge(kept, Read("""{"memory":{"limit":5},"cpu":{"cpus":"0-1"},"pids":{"limit":6},"unified":{"b.max":"2"}}"""));
        Assert.Equal(
            """{"memory":{"limit":5,"swap":2},"cpu":{"shares":3,"cpus":"0-1"},"pids":{"limit":6},"unified":{"a.max":"1","b.max":"2"}}""",
            Write(kept));
    }

    private static OciResources Read(string json) => Bundle.ParseResources(Encoding.UTF8.GetBytes(json), "test");

    private static string Write(OciResources resources)
    {
        using JsonDocument document = JsonDocument.Parse(JsonSerializer.Serialize(resources, OciJson.Default.OciResources));
        return JsonSerializer.Serialize(document);
    }
}
