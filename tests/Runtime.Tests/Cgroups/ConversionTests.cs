using Minirun.Runtime.Cgroups;
using Xunit;

namespace Minirun.Runtime.Tests.Cgroups;

public sealed class ConversionTests
{
    [Theory]
    [InlineData(0UL, 1UL)]
    [InlineData(2UL, 1UL)]
    [InlineData(1024UL, 100UL)]
    [InlineData(262144UL, 10000UL)]
    [InlineData(1000000UL, 10000UL)]
    [InlineData(512UL, 59UL)]
    [InlineData(2048UL, 174UL)]
    public void The_default_of_shares_is_the_default_of_weight(ulong shares, ulong weight) =>
        Assert.Equal(weight, Conversions.Weight(shares));

    [Fact]
    public void More_shares_never_mean_less_weight()
    {
        ulong last = 0;
        for (ulong shares = 2; shares <= 262144; shares += 7)
        {
            ulong weight = Conversions.Weight(shares);
            Assert.True(weight >= last, $"{shares} shares");
            last = weight;
        }
    }

    [Theory]
    [InlineData(10, 1UL)]
    [InlineData(100, 910UL)]
    [InlineData(1000, 10000UL)]
    public void The_weight_of_disks_is_stretched(ushort old, ulong now) => Assert.Equal(now, Conversions.IoWeight(old));

    [Theory]
    [InlineData(300L, 100L, "200")]
    [InlineData(100L, 100L, "0")]
    [InlineData(-1L, 100L, "max")]
    [InlineData(-1L, null, "max")]
    [InlineData(0L, 100L, null)]
    [InlineData(null, 100L, null)]
    [InlineData(null, -1L, "max")]
    public void Swap_is_counted_alone(long? swap, long? limit, string? expected) => Assert.Equal(expected, Conversions.Swap(swap, limit));

    [Theory]
    [InlineData(50L, 100L)]
    [InlineData(50L, null)]
    [InlineData(50L, -1L)]
    public void Swap_that_contradicts_the_memory_is_refused(long? swap, long? limit) =>
        Assert.Contains("linux.resources.memory.swap", Refuses.With(() => Conversions.Swap(swap, limit)).Message);
}
