using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Spec;
using Xunit;

namespace Minirun.Runtime.Tests.Cgroups;

public sealed class LimitTests
{
    private static readonly OciResources s_all = new()
    {
        Memory = new() { Limit = 100, Swap = 300, Reservation = 50, Swappiness = 10, Kernel = 7, KernelTcp = 8, DisableOomKiller = true },
        Cpu = new() { Shares = 1024, Quota = 50000, Period = 100000, Burst = 1000, Cpus = "0-1", Mems = "0" },
        Pids = new() { Limit = 20 },
        BlockIO = new()
        {
            Weight = 500,
            LeafWeight = 20,
            WeightDevice = [new() { Major = 8, Minor = 0, Weight = 100 }],
            ThrottleReadBpsDevice = [new() { Major = 8, Minor = 0, Rate = 1000 }]
        },
        HugepageLimits = [new() { PageSize = "2MB", Limit = 9 }],
        Rdma = new() { ["mlx5_1"] = new() { HcaHandles = 3, HcaObjects = 4 } },
    };

    [Fact]
    public void Version_2_has_one_file_a_limit() => Assert.Equal(
        [
            "memory.swap.max=200", "memory.max=100", "memory.low=50", "cpu.weight=100", "cpu.max.burst=1000", "cpu.max=50000 100000",
                "cpuset.cpus=0-1", "cpuset.mems=0",
            "pids.max=20", "io.weight=4950", "io.weight=8:0 910", "io.max=8:0 rbps=1000", "hugetlb.2MB.max=9", "hugetlb.2MB.rsvd.max=9",
                "rdma.max=mlx5_1 hca_handle=3 hca_object=4",
        ], Texts(V2Limits.Of(s_all)));

    [Fact]
    public void Version_1_has_its_own_files()
    {
        OciResources resources = s_all;
        Assert.Equal(
        [
            "memory.limit_in_bytes=100", "memory.memsw.limit_in_bytes=300", "memory.soft_limit_in_bytes=50",
                "memory.kmem.tcp.limit_in_bytes=8", "memory.oom_control=1", "memory.swappiness=10",
            "cpu.shares=1024", "cpu.cfs_period_us=100000", "cpu.cfs_quota_us=50000", "cpu.cfs_burst_us=1000", "cpuset.cpus=0-1",
                "cpuset.mems=0", "pids.max=20",
            "blkio.weight=500", "blkio.leaf_weight=20", "blkio.weight_device=8:0 100", "blkio.throttle.read_bps_device=8:0 1000",
                "hugetlb.2MB.limit_in_bytes=9", "hugetlb.2MB.rsvd.limit_in_bytes=9",
            "rdma.max=mlx5_1 hca_handle=3 hca_object=4",
        ], Texts(V1Limits.Of(resources, _ => null)));
    }

    [Fact]
    public void Some_are_of_version_1_alone()
    {
        var resources = new OciResources
        {
            Memory = new() { KernelTcp = 8, Swappiness = 10, DisableOomKiller = true, UseHierarchy = true, Kernel = 7 },
            Cpu = new() { RealtimePeriod = 100000, RealtimeRuntime = 1000 },
            BlockIO = new() { LeafWeight = 20 },
            Network = new() { ClassID = 1048577, Priorities = [new() { Name = "eth0", Priority = 5 }] },
        };
        Assert.Equal(
        [
            "memory.kmem.tcp.limit_in_bytes=8", "memory.oom_control=1", "memory.swappiness=10", "cpu.rt_period_us=100000",
                "cpu.rt_runtime_us=1000", "blkio.leaf_weight=20",
            "net_cls.classid=1048577", "net_prio.ifpriomap=eth0 5",
        ], Texts(V1Limits.Of(resources, _ => null)));
        Assert.Empty(V2Limits.Of(resources, alone: false));
    }

    [Fact]
    public void Zero_leaves_a_limit_alone()
    {
        // What docker update sends.
        var zeros = new OciResources
        {
            Memory = new() { Limit = 0, Swap = 0, Reservation = 0, Kernel = 0 },
            Cpu = new() { Shares = 0, Quota = 0, Period = 0, Cpus = "" },
            BlockIO = new() { Weight = 0 }
        };
        Assert.Empty(V2Limits.Of(zeros));
        Assert.Empty(V1Limits.Of(zeros, _ => null));
    }

    /// <summary>As runc has it, with each driver.</summary>
    [Fact]
    public void No_process_at_all_is_one()
    {
        var none = new OciResources { Pids = new() { Limit = 0 } };
        Assert.Equal(["pids.max=1"], Texts(V2Limits.Of(none)));
        Assert.Equal(["pids.max=1"], Texts(V1Limits.Of(none, _ => null)));
        var properties = new UnitProperties();
        properties.AddLimits(none, unified: true);
        Assert.Equal(["TasksMax", "t", "1"], properties.Words);
    }

    [Fact]
    public void What_is_too_much_for_a_number_is_the_most()
    {
        Assert.Equal(ulong.MaxValue.ToString(), UnitProperties.QuotaPerSecond(long.MaxValue, 1));
        Assert.Equal(1UL, Conversions.IoWeight(1));
        Assert.Equal(10000UL, Conversions.Weight(ulong.MaxValue));
    }

    [Fact]
    public void Minus_one_takes_a_limit_away()
    {
        var none = new OciResources { Memory = new() { Limit = -1 }, Cpu = new() { Quota = -1 }, Pids = new() { Limit = -1 } };
        Assert.Equal(["memory.swap.max=max", "memory.max=max", "cpu.max=max 100000", "pids.max=max"], Texts(V2Limits.Of(none)));
        Assert.Equal(["memory.limit_in_bytes=-1", "memory.memsw.limit_in_bytes=-1", "cpu.cfs_quota_us=-1", "pids.max=max"],
            Texts(V1Limits.Of(none, _ => null)));
    }

    [Fact]
    public void An_idle_cgroup_has_no_other_weight() =>
        Assert.Equal(["cpu.idle=1"], Texts(V2Limits.Of(new() { Cpu = new() { Idle = 1, Shares = 512 } })));

    [Fact]
    public void What_version_2_has_not_is_refused_by_its_path()
    {
        Assert.Contains("linux.resources.cpu.realtimeRuntime",
            Refuses.With(() => V2Limits.Of(new() { Cpu = new() { RealtimeRuntime = 5 } })).Message);
        Assert.Contains("linux.resources.network.classID",
            Refuses.With(() => V2Limits.Of(new() { Network = new() { ClassID = 5 } })).Message);
        Assert.Contains("linux.resources.blockIO.weight",
            Refuses.With(() => V2Limits.Of(new() { BlockIO = new() { Weight = 5 } })).Message);
    }

    [Fact]
    public void Unified_is_verbatim()
    {
        Setting setting = Assert.Single(V2Limits.Unified(new() { Unified = new() { ["memory.high"] = "1M" } }));
        Assert.Equal(("memory", "memory.high", "1M", "unified.memory.high"),
            (setting.Controller, setting.File, setting.Value, setting.Field));
        Refuses.With(() => V2Limits.Unified(new() { Unified = new() { ["../memory.high"] = "1" } }));
        Refuses.With(() => V2Limits.Unified(new() { Unified = new() { ["memory"] = "1" } }));
    }

    [Theory]
    [InlineData(50000L, 100000UL, "500000")]
    [InlineData(33333L, 100000UL, "340000")]
    [InlineData(-1L, 100000UL, "18446744073709551615")]
    public void Systemd_counts_processor_time_in_hundredths(long quota, ulong period, string expected) =>
        Assert.Equal(expected, UnitProperties.QuotaPerSecond(quota, period));

    [Fact]
    public void Systemd_gets_processors_as_a_mask()
    {
        Assert.Equal([0b1000_0111, 0b1], UnitProperties.Mask("0-2,7,8"));
        Assert.Throws<FormatException>(() => UnitProperties.Mask("a"));
    }

    private static IEnumerable<string> Texts(List<Setting> settings) => settings.Select(setting => setting.File + "=" + setting.Value);
}
