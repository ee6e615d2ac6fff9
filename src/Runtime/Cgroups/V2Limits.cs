using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Cgroups;

/// <summary>linux.resources as files of cgroup version 2. Zero and what is absent leave a limit alone, -1 takes it away.</summary>
internal sealed class V2Limits(string? directory)
{
    private readonly List<Setting> _settings = [];

    /// <param name="resources">What is wanted.</param>
    /// <param name="directory">The cgroup, for what depends on how it is now; null: a new one.</param>
    /// <param name="alone">There is no version 1 that may have what version 2 has not.</param>
    public static List<Setting> Of(OciResources resources, string? directory = null, bool alone = true)
    {
        var limits = new V2Limits(directory);
        if (resources.Memory is { } memory) limits.Memory(memory);
        if (resources.Cpu is { } cpu) limits.Cpu(cpu);
        if (resources.Pids?.Limit is { } pids) limits.Add("pids", "pids.max", Conversions.Pids(pids), "pids.limit");
        if (resources.BlockIO is { } io) limits.Io(io);
        foreach (OciHugepageLimit huge in resources.HugepageLimits ?? []) limits.Huge(huge);
        foreach (var (device, limit) in resources.Rdma ?? []) limits.Add("rdma", "rdma.max", RdmaText(device, limit), "rdma." + device);
        if (alone) RefuseAbsent(resources);
        return limits._settings;
    }

    /// <summary>Verbatim, after all others.</summary>
    /// <exception cref="UserError">A name is no file of a cgroup.</exception>
    public static List<Setting> Unified(OciResources resources)
    {
        List<Setting> settings = [];
        foreach (var (file, value) in resources.Unified ?? [])
        {
            int dot = file.IndexOf('.');
            if (dot <= 0 || file.Contains('/'))
                throw new UserError($"linux.resources.unified.{file}: no file of a cgroup", "names are like memory.high");
            settings.Add(new Setting(file[..dot] == "cgroup" ? "" : file[..dot], file, value, "unified." + file));
        }
        return settings;
    }

    internal static string RdmaText(string device, OciRdma limit) =>
        device + (limit.HcaHandles is { } handles ? " hca_handle=" + handles : "")
            + (limit.HcaObjects is { } objects ? " hca_object=" + objects : "");

    private void Memory(OciMemory memory)
    {
        long? limit = memory.Limit is 0 ? null : memory.Limit;
        long? known = limit ?? (memory.Swap > 0 ? CurrentMemoryLimit() : null);
        // Swap first: what is taken from memory may have to go there.
        if (Conversions.Swap(memory.Swap, known) is { } swap)
            _settings.Add(new Setting("memory", "memory.swap.max", swap, "memory.swap") { Optional = swap == "max" });
        if (limit is { } bytes)
        {
            if (memory.CheckBeforeUpdate == true && directory is not null)
                CheckUsage(bytes, CgroupFs.ReadNumber(directory + "/memory.current"));
            Add("memory", "memory.max", Conversions.Text(bytes), "memory.limit");
        }
        if (memory.Reservation is { } reservation and not 0)
            Add("memory", "memory.low", Conversions.Text(reservation), "memory.reservation");
    }

    internal static void CheckUsage(long limit, ulong? usage)
    {
        if (limit >= 0 && usage > (ulong)limit)
            throw new UserError($"linux.resources.memory.limit: {limit} is less than what is in use, {usage}",
                "checkBeforeUpdate is set: free memory in the container first");
    }

    private long? CurrentMemoryLimit() =>
        directory is not null && CgroupFs.ReadNumber(directory + "/memory.max") is { } now and < long.MaxValue ? (long)now : null;

    private void Cpu(OciCpu cpu)
    {
        if (cpu.Idle is { } idle) Add("cpu", "cpu.idle", idle.ToString(), "cpu.idle");
        // An idle cgroup has the least weight there is, and takes no other.
        if (cpu.Shares is { } shares and not 0 && cpu.Idle is not > 0)
            Add("cpu", "cpu.weight", Conversions.Weight(shares).ToString(), "cpu.shares");
        if (cpu.Burst is { } burst) Add("cpu", "cpu.max.burst", burst.ToString(), "cpu.burst");
        if (cpu.Quota is not (null or 0) || cpu.Period is not (null or 0))
            Add("cpu", "cpu.max", CpuMax(cpu), cpu.Quota is null or 0 ? "cpu.period" : "cpu.quota");
        if (cpu.Cpus is { Length: > 0 } cpus) Add("cpuset", "cpuset.cpus", cpus, "cpu.cpus");
        if (cpu.Mems is { Length: > 0 } mems) Add("cpuset", "cpuset.mems", mems, "cpu.mems");
    }

    /// <summary>Quota and period are one file: what is not given stays as it is.</summary>
    private string CpuMax(OciCpu cpu)
    {
        string[] now =
            (directory is null ? null : CgroupFs.Read(directory + "/cpu.max"))?.Trim().Split(' ') is [var nowQuota, var nowPeriod]
            ? [nowQuota, nowPeriod]
            : ["max", "100000"];
        string quota = cpu.Quota is { } given and not 0 ? Conversions.Text(given) : now[0];
        string period = cpu.Period is { } length and not 0 ? length.ToString() : now[1];
        return quota + " " + period;
    }

    private void Io(OciBlockIO io)
    {
        bool bfq = directory is not null && CgroupFs.Exists(directory + "/io.bfq.weight");
        if (io.Weight is { } weight and not 0) Add("io", bfq ? "io.bfq.weight" : "io.weight", WeightText(weight, bfq), "blockIO.weight");
        foreach (OciWeightDevice device in io.WeightDevice ?? [])
            if (device.Weight is { } own and not 0)
                Add("io", bfq ? "io.bfq.weight" : "io.weight", $"{device.Major}:{device.Minor} {WeightText(own, bfq)}",
                    "blockIO.weightDevice");
        Throttle(io.ThrottleReadBpsDevice, "rbps", "throttleReadBpsDevice");
        Throttle(io.ThrottleWriteBpsDevice, "wbps", "throttleWriteBpsDevice");
        Throttle(io.ThrottleReadIopsDevice, "riops", "throttleReadIOPSDevice");
        Throttle(io.ThrottleWriteIopsDevice, "wiops", "throttleWriteIOPSDevice");
    }

    private static string WeightText(ushort weight, bool bfq) => weight is >= 10 and <= 1000
        ? (bfq ? weight : Conversions.IoWeight(weight)).ToString()
        : throw new UserError($"linux.resources.blockIO.weight: {weight} is not from 10 to 1000", "500 is the middle");

    private void Throttle(List<OciThrottleDevice>? devices, string key, string field)
    {
        foreach (OciThrottleDevice device in devices ?? [])
            Add("io", "io.max", $"{device.Major}:{device.Minor} {key}={(device.Rate == 0 ? "max" : device.Rate.ToString())}",
                "blockIO." + field);
    }

    private void Huge(OciHugepageLimit huge)
    {
        string value = huge.Limit.ToString(), field = "hugepageLimits." + huge.PageSize;
        Add("hugetlb", $"hugetlb.{huge.PageSize}.max", value, field);
        _settings.Add(new Setting("hugetlb", $"hugetlb.{huge.PageSize}.rsvd.max", value, field) { Optional = true });
    }

    private static void RefuseAbsent(OciResources resources)
    {
        if (resources.Cpu?.RealtimeRuntime is not (null or 0)) throw Absent("cpu.realtimeRuntime");
        if (resources.Network?.ClassID is not (null or 0)) throw Absent("network.classID");
        if (resources.Network?.Priorities is { Count: > 0 }) throw Absent("network.priorities");
    }

    private void Add(string controller, string file, string value, string field) =>
        _settings.Add(new Setting(controller, file, value, field));

    private static UserError Absent(string field) =>
        new($"linux.resources.{field}: cgroup version 2 has no such limit", "leave it out; only version 1 has it");
}
