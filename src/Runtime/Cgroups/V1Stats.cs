namespace Minirun.Runtime.Cgroups;

/// <summary>Statistics of cgroup version 1, by controller.</summary>
internal static class V1Stats
{
    private const ulong NanosecondsPerTick = 10_000_000;

    public static void Read(CgroupStats stats, string controller, string path)
    {
        switch (controller)
        {
            case "cpu":
                Dictionary<string, ulong> table = StatsReader.Table(CgroupFs.Read(path + "/cpu.stat"));
                stats.Cpu.Throttling = new Throttling
                {
                    Periods = table.GetValueOrDefault("nr_periods"),
                    ThrottledPeriods = table.GetValueOrDefault("nr_throttled"),
                    ThrottledTime = table.GetValueOrDefault("throttled_time")
                };
                break;
            case "cpuacct":
                stats.Cpu.Usage = Usage(path);
                break;
            case "cpuset":
                stats.Cpuset = new CpusetStats
                {
                    Cpus = StatsReader.Numbers(CgroupFs.Read(path + "/cpuset.cpus")),
                    Mems = StatsReader.Numbers(CgroupFs.Read(path + "/cpuset.mems"))
                };
                break;
            case "memory":
                Memory(stats.Memory, path);
                break;
            case "pids":
                ulong limit = CgroupFs.ReadNumber(path + "/pids.max") ?? 0;
                stats.Pids = new PidsStats
                {
                    Current = CgroupFs.ReadNumber(path + "/pids.current") ?? 0,
                    Limit = limit == ulong.MaxValue ? 0 : limit
                };
                break;
            case "blkio":
                Blkio(stats.Blkio, path);
                break;
            case "hugetlb":
                foreach (string file in Directory.GetFiles(path, "hugetlb.*.usage_in_bytes"))
                    if (Path.GetFileName(file)["hugetlb.".Length..^".usage_in_bytes".Length] is var size
                        && !size.EndsWith(".rsvd", StringComparison.Ordinal))
                        stats.Hugetlb[size] = Entry(path, "hugetlb." + size);
                break;
            case "rdma":
                stats.Rdma = StatsReader.Rdma(CgroupFs.Read(path + "/rdma.current"));
                break;
        }
    }

    /// <summary>Lines are MAJOR:MINOR OP VALUE, or without OP; the last is a sum.</summary>
    public static List<BlkioEntry> Entries(string? text)
    {
        List<BlkioEntry> entries = [];
        foreach (string line in (text ?? "").Split('\n'))
        {
            string[] words = line.Split([' ', ':'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length >= 3 && ulong.TryParse(words[0], out ulong major) && ulong.TryParse(words[1], out ulong minor)
                && ulong.TryParse(words[^1], out ulong value))
                entries.Add(new BlkioEntry { Major = major, Minor = minor, Op = words.Length > 3 ? words[2] : "", Value = value });
        }
        return entries;
    }

    private static CpuUsage Usage(string path)
    {
        Dictionary<string, ulong> split = StatsReader.Table(CgroupFs.Read(path + "/cpuacct.stat"));
        return new CpuUsage
        {
            Total = CgroupFs.ReadNumber(path + "/cpuacct.usage") ?? 0,
            Percpu = Each(path + "/cpuacct.usage_percpu"),
            PercpuKernel = Each(path + "/cpuacct.usage_percpu_sys"),
            PercpuUser = Each(path + "/cpuacct.usage_percpu_user"),
            User = split.GetValueOrDefault("user") * NanosecondsPerTick,
            Kernel = split.GetValueOrDefault("system") * NanosecondsPerTick,
        };
    }

    private static List<ulong>? Each(string path)
    {
        if (CgroupFs.Read(path) is not { } text) return null;
        List<ulong> values = [];
        foreach (string word in text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
            if (ulong.TryParse(word, out ulong value)) values.Add(value);
        return values;
    }

    private static void Memory(MemoryStats stats, string path)
    {
        stats.Raw = StatsReader.Table(CgroupFs.Read(path + "/memory.stat"));
        stats.Cache = stats.Raw.GetValueOrDefault("cache");
        stats.Usage = Entry(path, "memory");
        stats.Swap = Entry(path, "memory.memsw");
        stats.Kernel = Entry(path, "memory.kmem");
        stats.KernelTcp = Entry(path, "memory.kmem.tcp");
    }

    private static MemoryEntry Entry(string path, string name) => new()
    {
        Usage = CgroupFs.ReadNumber($"{path}/{name}.usage_in_bytes") ?? 0,
        Max = CgroupFs.ReadNumber($"{path}/{name}.max_usage_in_bytes") ?? 0,
        Failcnt = CgroupFs.ReadNumber($"{path}/{name}.failcnt") ?? 0,
        Limit = CgroupFs.ReadNumber($"{path}/{name}.limit_in_bytes") ?? 0,
    };

    private static void Blkio(BlkioStats stats, string path)
    {
        bool bfq = CgroupFs.Read(path + "/blkio.bfq.io_serviced_recursive") is { Length: > 0 } text && Entries(text).Count > 0;
        string prefix = bfq ? "/blkio.bfq." : "/blkio.throttle.";
        stats.IoServiceBytesRecursive = Entries(CgroupFs.Read(path + prefix + "io_service_bytes_recursive"));
        stats.IoServicedRecursive = Entries(CgroupFs.Read(path + prefix + "io_serviced_recursive"));
        stats.IoQueueRecursive = Entries(CgroupFs.Read(path + "/blkio.bfq.io_queued_recursive"));
        stats.IoServiceTimeRecursive = Entries(CgroupFs.Read(path + "/blkio.bfq.io_service_time_recursive"));
        stats.IoWaitTimeRecursive = Entries(CgroupFs.Read(path + "/blkio.bfq.io_wait_time_recursive"));
        stats.IoMergedRecursive = Entries(CgroupFs.Read(path + "/blkio.bfq.io_merged_recursive"));
        stats.IoTimeRecursive = Entries(CgroupFs.Read(path + "/blkio.bfq.time_recursive"));
        stats.SectorsRecursive = Entries(CgroupFs.Read(path + "/blkio.bfq.sectors_recursive"));
    }
}
