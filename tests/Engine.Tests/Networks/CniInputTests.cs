using System.Text.Json;
using Minirun.Engine.Networks.Cni;
using Minirun.Runtime;
using Xunit;

namespace Minirun.Engine.Tests.Networks;

/// <summary>What a plugin reads, as the CNI specification has it (section 3).</summary>
public sealed class CniInputTests
{
    private static readonly CniArguments s_arguments =
        new() { ContainerId = "c", NetNs = "/n", Ports = [new("127.0.0.1", 8080, 80, "tcp")], Ip = "10.1.2.3" };

    private static JsonElement Input(string plugin, string? previous)
    {
        CniConfig config = CniConfig.Parse("x", $$"""{"cniVersion":"1.0.0","name":"blue","plugins":[{{plugin}}]}""");
        return JsonDocument.Parse(config.Input(config.Plugins[0], previous, s_arguments)).RootElement;
    }

    [Fact]
    public void It_has_the_name_and_the_version_of_the_list()
    {
        JsonElement input = Input("""{"type":"bridge"}""", null);
        Assert.Equal("1.0.0 blue bridge", $"{input.GetProperty("cniVersion")} {input.GetProperty("name")} {input.GetProperty("type")}");
        Assert.False(input.TryGetProperty("prevResult", out _));
        Assert.False(input.TryGetProperty("runtimeConfig", out _));
    }

    [Fact]
    public void It_has_the_result_before_it() =>
        Assert.Equal("""{"ips":[]}""", Input("""{"type":"portmap"}""", """{"ips":[]}""").GetProperty("prevResult").GetRawText());

    [Fact]
    public void Only_a_capable_plugin_learns_of_ports()
    {
        JsonElement input = Input("""{"type":"portmap","capabilities":{"portMappings":true,"ips":false}}""", null);
        Assert.Equal("""{"portMappings":[{"hostPort":8080,"containerPort":80,"protocol":"tcp","hostIP":"127.0.0.1"}]}""",
            input.GetProperty("runtimeConfig").GetRawText());
        Assert.False(input.TryGetProperty("capabilities", out _));
    }

    [Theory]
    [InlineData("""{"cniVersion":"1.0.0","ips":[{"address":"10.1.2.3/24","gateway":"10.1.2.1"}]}""")]
    [InlineData("""{"cniVersion":"0.4.0","ips":[{"version":"4","address":"10.1.2.3/24","gateway":"10.1.2.1"}]}""")]
    [InlineData("""{"cniVersion":"0.2.0","ip4":{"ip":"10.1.2.3/24","gateway":"10.1.2.1"}}""")]
    public void Results_of_all_versions_are_read(string json) =>
        Assert.Equal("10.1.2.3 10.1.2.1", $"{CniResult.Parse(json).Address} {CniResult.Parse(json).Gateway}");

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"name":"a/b","plugins":[{"type":"bridge"}]}""")]
    [InlineData("""{"name":"..","plugins":[{"type":"bridge"}]}""")]
    [InlineData("""{"name":"a","plugins":[]}""")]
    public void What_is_no_configuration_is_refused(string json) => Assert.Throws<UserError>(() => CniConfig.Parse("x", json));
}
