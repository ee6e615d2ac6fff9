using Minirun.Runtime.Cgroups;
using Xunit;

namespace Minirun.Runtime.Tests.Cgroups;

public sealed class StatsTests
{
    [Fact]
    public void Version_2_counts_disks_by_key()
    {
        var stats = new BlkioStats();
        V2Stats.Io(stats, "8:16 rbytes=10 wbytes=20 rios=1 wios=2 dbytes=0 dios=0\n254:0 \n");
        Assert.Equal([("Read", 10UL), ("Write", 20UL)], stats.IoServiceBytesRecursive!.Select(entry => (entry.Op, entry.Value)));
        Assert.Equal([(8UL, 16UL, 1UL), (8UL, 16UL, 2UL)],
            stats.IoServicedRecursive!.Select(entry => (entry.Major, entry.Minor, entry.Value)));
    }

    [Fact]
    public void Version_1_counts_disks_by_line() =>
        Assert.Equal([(8UL, 0UL, "Read", 5UL), (8UL, 0UL, "", 7UL)],
            V1Stats.Entries("8:0 Read 5\n8:0 7\nTotal 12\n").Select(entry => (entry.Major, entry.Minor, entry.Op, entry.Value)));

    [Fact]
    public void Pressure_has_two_lines()
    {
        Pressure pressure =
            V2Stats.Pressure("some avg10=1.50 avg60=0.10 avg300=0.00 total=77\nfull avg10=0.25 avg60=0.00 avg300=0.00 total=5\n")!;
        Assert.Equal((1.5, 0.1, 77UL), (pressure.Some.Avg10, pressure.Some.Avg60, pressure.Some.Total));
        Assert.Equal((0.25, 5UL), (pressure.Full.Avg10, pressure.Full.Total));
    }

    [Fact]
    public void Rdma_may_be_without_a_limit() =>
        Assert.Equal((2UL, ulong.MaxValue),
            StatsReader.Rdma("mlx5_0 hca_handle=2 hca_object=max\n")!["mlx5_0"] is var device
                ? (device.HcaHandles, device.HcaObjects)
                : default);

    [Fact]
    public void A_list_of_processors_is_written_out() => Assert.Equal([0u, 1, 2, 7], StatsReader.Numbers("0-2,7\n"));
}
