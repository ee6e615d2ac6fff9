using System.Text.Json;
using Minirun.Engine.Networks;
using Minirun.Engine.Networks.Cni;
using Minirun.Runtime;
using Xunit;

namespace Minirun.Engine.Tests.Networks;

public sealed class NetworkStoreTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("minirun-networks-").FullName;
    private readonly NetworkStore _store;

    public NetworkStoreTests() => _store = new NetworkStore(EnginePaths.At(_directory, _directory + "/run"));

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_network_is_a_CNI_configuration_of_chained_plugins()
    {
        _store.Create("blue", new BridgeNetwork { Subnet = "10.1.2.0/24" });
        using var document = JsonDocument.Parse(File.ReadAllText($"{_directory}/networks/blue.conflist"));
        Assert.Equal(["bridge", "portmap", "firewall"],
            document.RootElement.GetProperty("plugins").EnumerateArray().Select(plugin => plugin.GetProperty("type").GetString()));
        Assert.Equal("10.1.2.1", NetworkStore.Gateway(_store.Find("blue")));
    }

    [Fact]
    public void The_bridge_is_there_without_being_made() => Assert.Equal("bridge", _store.Find("bridge").Driver);

    [Fact]
    public void Two_networks_get_different_subnets()
    {
        CniConfig one = _store.Create("one", new BridgeNetwork()), two = _store.Create("two", new BridgeNetwork());
        Assert.NotEqual(Subnets.Of(one), Subnets.Of(two));
    }

    [Fact]
    public void An_internal_one_has_no_way_out()
    {
        CniConfig config = _store.Create("inner", new BridgeNetwork { Internal = true });
        Assert.True(config.IsInternal);
        Assert.DoesNotContain("portmap", config.Json);
        Assert.DoesNotContain("0.0.0.0/0", config.Json);
    }

    [Fact]
    public void A_removed_one_is_gone()
    {
        _store.Create("blue", new BridgeNetwork());
        _store.Remove("blue");
        Assert.Null(_store.TryFind("blue"));
    }

    [Theory]
    [InlineData("host")]
    [InlineData("pasta")]
    [InlineData("../up")]
    [InlineData("")]
    [InlineData("-a")]
    public void Names_that_mean_something_else_are_refused(string name) =>
        Assert.Throws<UserError>(() => _store.Create(name, new BridgeNetwork()));

    [Fact]
    public void A_name_is_taken_once()
    {
        _store.Create("blue", new BridgeNetwork());
        Assert.Contains("already exists", Assert.Throws<UserError>(() => _store.Create("blue", new BridgeNetwork())).Message);
    }

    [Theory]
    [InlineData("10.1.2.0/24", "10.1.3.1")]
    public void Addresses_that_do_not_fit_are_refused(string subnet, string? gateway) =>
        Assert.Throws<UserError>(() => _store.Create("blue", new BridgeNetwork { Subnet = subnet, Gateway = gateway }));

    [Theory]
    [InlineData("10.1.2.3/24", "do you mean 10.1.2.0/24?")]
    [InlineData("fd00::1/64", "do you mean fd00::/64?")]
    [InlineData("10.1.2.0/33", "write it as 10.1.2.0/24")]
    [InlineData("10.1.2.0", "write it as 10.1.2.0/24")]
    [InlineData("blue", "write it as 10.1.2.0/24")]
    public void A_subnet_that_is_none_is_refused_with_what_was_meant(string subnet, string hint)
    {
        var refused = Assert.Throws<UserError>(() => _store.Create("blue", new BridgeNetwork { Subnet = subnet }));
        Assert.Contains($"--subnet {subnet}: ", refused.Message);
        Assert.Equal(hint, refused.Hint);
        Assert.Null(_store.TryFind("blue"));
    }

    [Fact]
    public void A_broken_configuration_does_not_hide_the_others()
    {
        _store.Create("blue", new BridgeNetwork());
        File.WriteAllText($"{_directory}/networks/broken.conflist", "{");
        Assert.NotNull(_store.TryFind("blue"));
    }
}
