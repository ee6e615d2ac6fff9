using System.Text.Json.Nodes;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Oci;

/// <summary>linux.intelRdt where there is none. Runtime.Tests has what is done where it is.</summary>
public sealed class ResctrlTests
{
    private static readonly bool s_isThere = File.ReadLines("/proc/self/mountinfo").Any(line => line.Contains(" - resctrl "));

    [Theory]
    [InlineData("run")]
    [InlineData("create")]
    public void Without_resctrl_it_is_an_error_and_nothing_is_left(string verb)
    {
        if (s_isThere || !OciBundle.IsOurs) return;
        using var bundle = new OciBundle(
            config => config["linux"]!["intelRdt"] = JsonNode.Parse("""{"closID": "guaranteed", "schemata": ["L3:0=f"]}"""), "true");
        Assert.Contains("linux.intelRdt: no resctrl file system is mounted",
            bundle.Oci(verb, "--bundle", bundle.Directory, "ID").Exits(1).Error);
        Assert.Contains("does not exist", bundle.Oci("state", "ID").Error);
        Assert.Empty(Directory.EnumerateFileSystemEntries(bundle.Root));
    }

    [Fact]
    public void Features_say_what_the_program_and_what_the_machine_has()
    {
        if (!OciBundle.IsOurs) return;
        JsonNode features = JsonNode.Parse(Support.Minirun.Other(OciBundle.Program, "features").Succeeds().Out)!;
        Assert.Equal("""{"enabled":true,"schemata":true,"monitoring":true}""", features["linux"]!["intelRdt"]!.ToJsonString());
        Assert.Equal(s_isThere ? "true" : "false", (string?)features["annotations"]!["io.minirun.host.intelRdt"]);
    }

    [Fact]
    public void A_container_without_a_group_has_no_schemata_to_change()
    {
        if (!OciBundle.IsOurs) return;
        using OciBundle bundle = new OciBundle("sleep", "1000").Make("create", "start");
        Assert.Contains("intelRdt: the container has no resctrl group",
            bundle.Oci("update", "--l3-cache-schema", "L3:0=f", "ID").Exits(1).Error);
    }
}
