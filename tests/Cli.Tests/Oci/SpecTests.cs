using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

/// <summary>spec and features.</summary>
public sealed class SpecTests
{
    [Requires(Need.Runc)]
    public void The_document_to_start_from_has_the_members_of_runcs()
    {
        using TemporaryDirectory ours = new(), runcs = new();
        Support.Minirun.Other(OciBundle.Program, "spec", "--bundle", ours.Path).Succeeds();
        Support.Minirun.Other("runc", "spec", "--bundle", runcs.Path).Succeeds();
        JsonObject mine = JsonNode.Parse(ours.Read("config.json"))!.AsObject(),
            other = JsonNode.Parse(runcs.Read("config.json"))!.AsObject();
        Assert.Equal(other.Select(member => member.Key).Order(), mine.Select(member => member.Key).Order());
        Assert.Equal(other["mounts"]!.AsArray().Select(mount => (string?)mount!["destination"]),
            mine["mounts"]!.AsArray().Select(mount => (string?)mount!["destination"]));
        Assert.Equal(other["process"]!["args"]!.ToJsonString(), mine["process"]!["args"]!.ToJsonString());
    }

    [Fact]
    public void A_document_that_is_there_is_not_written_over()
    {
        using TemporaryDirectory directory = new();
        directory.Write("config.json", "mine");
        Assert.Contains("File config.json exists. Remove it first",
            Support.Minirun.Other(OciBundle.Program, "spec", "-b", directory.Path).Exits(1).Error);
        Assert.Equal("mine", directory.Read("config.json"));
    }

    [Fact]
    public void The_features_document_names_what_the_specification_asks_for()
    {
        JsonObject features = JsonNode.Parse(Support.Minirun.Other(OciBundle.Program, "features").Succeeds().Out)!.AsObject();
        Assert.Equal("1.0.0", (string?)features["ociVersionMin"]);
        Assert.Equal("1.3.0", (string?)features["ociVersionMax"]);
        Assert.Contains("rro", features["mountOptions"]!.AsArray().Select(option => (string?)option));
        Assert.DoesNotContain("size", features["mountOptions"]!.AsArray().Select(option => (string?)option));
        Assert.Equal(["cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"],
            features["linux"]!["namespaces"]!.AsArray().Select(name => (string?)name));
        Assert.Equal(41, features["linux"]!["capabilities"]!.AsArray().Count);
        Assert.Empty(features["potentiallyUnsafeConfigAnnotations"]!.AsArray());
    }
}
