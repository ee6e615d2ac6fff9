using System.Net;
using Minirun.Engine.Networks;
using Xunit;

namespace Minirun.Engine.Tests.Networks;

public sealed class SubnetsTests
{
    private const string Head = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";
    private const string Default = "v0\t00000000\t0100630A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n";
    private const string Own = "v0\t0000630A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n";

    [Fact]
    public void Routes_of_the_host_are_read_and_the_default_left_out() => Assert.Equal(
        [IPNetwork.Parse("10.99.0.0/24")],
        Subnets.Routes(Head + Default + Own));

    [Theory]
    [InlineData(Head + Default, "10.99.0.1")]
    [InlineData(Own, "")]
    public void The_default_gateway_is_that_of_the_default_route(string routes, string gateway) =>
        Assert.Equal(gateway, Subnets.DefaultGateway(routes));

    [Theory]
    [InlineData("10.1.2.0/24", "10.1.2.1", "10.1.2.254")]
    [InlineData("10.87.0.0/16", "10.87.0.1", "10.87.255.254")]
    [InlineData("10.1.2.128/25", "10.1.2.129", "10.1.2.254")]
    public void The_first_and_the_last_address_are_for_hosts(string subnet, string first, string last)
    {
        Assert.Equal(first, Subnets.First(IPNetwork.Parse(subnet)));
        Assert.Equal(last, Subnets.Last(IPNetwork.Parse(subnet)));
    }
}
