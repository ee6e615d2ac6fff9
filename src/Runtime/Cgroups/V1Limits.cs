using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Cgroups;

/// <summary>
/// linux.resources as files of cgroup version 1. Files that bound each other (memory and memory with swap; period, quota and burst) are in
/// the order for a new cgroup; whoever writes them tries again what came too early.
/// </summary>
internal sealed class V1Limits(Func<string, string?> directory)
{
    private readonly List<Setting> _settings = [];

    /// <param name="resources">What is wanted.</param>
    /// <param name="directory">The cgroup of a controller, for what depends on the kernel; null where version 1 does not have the
    /// controller.</param>
    public static List<Setting> Of(OciResources resources, Func<string, string?> directory)
    {
        var limits = new V1Limits(directory);
        if (resources.Memory is { } memory) limits.Memory(memory);
        if (resources.Cpu is { } cpu) limits.Cpu(cpu);
        if (resources.Pids?.Limit is { } pids) limits.Add("pids", "pids.max", Conversions.Pids(pids), "pids.limit");
        if (resources.BlockIO is { } io) limits.Io(io);
        foreach (OciHugepageLimit huge in resources.HugepageLimits ?? []) limits.Huge(huge);
        foreach (var (device, limit) in resources.Rdma ?? [])
            limits.Add("rdma", "rdma.max", V2Limits.RdmaText(device, limit), "rdma." + device);
        if (resources.Network?.ClassID is { } id and not 0) limits.Add("net_cls", "net_cls.classid", id.ToString(), "network.classID");
        foreach (OciInterfacePriority each in resources.Network?.Priorities ?? [])
            limits.Add("net_prio", "net_prio.ifpriomap", each.Name + " " + each.Priority, "network.priorities");
        return limits._settings;
    }

    // memory.kernel is not written: its file was deprecated in Linux 5.4, and takes nothing since 5.16.
    private void Memory(OciMemory memory)
    {
        long? limit = memory.Limit is 0 ? null : memory.Limit, swap = memory.Swap is 0 ? null : memory.Swap;
        if (limit == -1) swap ??= -1;
        if (swap > 0 && limit > 0) Conversions.Swap(swap, limit);
        if (limit is { } bytes)
        {
            if (memory.CheckBeforeUpdate == true && directory("memory") is { } now)
                V2Limits.CheckUsage(bytes, CgroupFs.ReadNumber(now + "/memory.usage_in_bytes"));
            Add("memory", "memory.limit_in_bytes", bytes.ToString(), "memory.limit");
        }
        if (swap is { } both)
            _settings.Add(new Setting("memory", "memory.memsw.limit_in_bytes", both.ToString(), "memory.swap") { Optional = both < 0 });
        if (memory.Reservation is { } reservation and not 0)
            Add("memory", "memory.soft_limit_in_bytes", reservation.ToString(), "memory.reservation");
        if (memory.KernelTcp is { } tcp and not 0) Add("memory", "memory.kmem.tcp.limit_in_bytes", tcp.ToString(), "memory.kernelTCP");
        if (memory.DisableOomKiller == true) Add("memory", "memory.oom_control", "1", "memory.disableOOMKiller");
        if (memory.Swappiness is { } swappiness)
            Add("memory", "memory.swappiness",
                swappiness <= 100
                    ? swappiness.ToString()
                    : throw new UserError($"linux.resources.memory.swappiness: {swappiness} is not from 0 to 100",
                        "60 is the kernel's default"),
                "memory.swappiness");
    }

    private void Cpu(OciCpu cpu)
    {
        if (cpu.Idle is { } idle) Add("cpu", "cpu.idle", idle.ToString(), "cpu.idle");
        if (cpu.Shares is { } shares and not 0 && cpu.Idle is not > 0) Add("cpu", "cpu.shares", shares.ToString(), "cpu.shares");
        if (cpu.Period is { } period and not 0) Add("cpu", "cpu.cfs_period_us", period.ToString(), "cpu.period");
        if (cpu.Quota is { } quota and not 0) Add("cpu", "cpu.cfs_quota_us", quota.ToString(), "cpu.quota");
        if (cpu.Burst is { } burst) Add("cpu", "cpu.cfs_burst_us", burst.ToString(), "cpu.burst");
        if (cpu.RealtimePeriod is { } rtPeriod and not 0) Add("cpu", "cpu.rt_period_us", rtPeriod.ToString(), "cpu.realtimePeriod");
        if (cpu.RealtimeRuntime is { } rtRuntime and not 0) Add("cpu", "cpu.rt_runtime_us", rtRuntime.ToString(), "cpu.realtimeRuntime");
        if (cpu.Cpus is { Length: > 0 } cpus) Add("cpuset", "cpuset.cpus", cpus, "cpu.cpus");
        if (cpu.Mems is { Length: > 0 } mems) Add("cpuset", "cpuset.mems", mems, "cpu.mems");
    }

    private void Io(OciBlockIO io)
    {
        // The scheduler CFQ had blkio.weight; its heir BFQ has a file of its own.
        bool bfq = directory("blkio") is { } now && !CgroupFs.Exists(now + "/blkio.weight") && CgroupFs.Exists(now + "/blkio.bfq.weight");
        string prefix = bfq ? "blkio.bfq.weight" : "blkio.weight";
        if (io.Weight is { } weight and not 0) Add("blkio", prefix, weight.ToString(), "blockIO.weight");
        if (io.LeafWeight is { } leaf and not 0) Add("blkio", "blkio.leaf_weight", leaf.ToString(), "blockIO.leafWeight");
        foreach (OciWeightDevice device in io.WeightDevice ?? [])
        {
            if (device.Weight is { } own and not 0)
                Add("blkio", prefix + "_device", $"{device.Major}:{device.Minor} {own}", "blockIO.weightDevice");
            if (device.LeafWeight is { } ownLeaf and not 0)
                Add("blkio", "blkio.leaf_weight_device", $"{device.Major}:{device.Minor} {ownLeaf}", "blockIO.weightDevice");
        }
        Throttle(io.ThrottleReadBpsDevice, "read_bps", "throttleReadBpsDevice");
        Throttle(io.ThrottleWriteBpsDevice, "write_bps", "throttleWriteBpsDevice");
        Throttle(io.ThrottleReadIopsDevice, "read_iops", "throttleReadIOPSDevice");
        Throttle(io.ThrottleWriteIopsDevice, "write_iops", "throttleWriteIOPSDevice");
    }

    private void Throttle(List<OciThrottleDevice>? devices, string key, string field)
    {
        foreach (OciThrottleDevice device in devices ?? [])
            Add("blkio", $"blkio.throttle.{key}_device", $"{device.Major}:{device.Minor} {device.Rate}", "blockIO." + field);
    }

    private void Huge(OciHugepageLimit huge)
    {
        string value = huge.Limit.ToString(), field = "hugepageLimits." + huge.PageSize;
        Add("hugetlb", $"hugetlb.{huge.PageSize}.limit_in_bytes", value, field);
        _settings.Add(new Setting("hugetlb", $"hugetlb.{huge.PageSize}.rsvd.limit_in_bytes", value, field) { Optional = true });
    }

    private void Add(string controller, string file, string value, string field) =>
        _settings.Add(new Setting(controller, file, value, field));
}
