using System.Globalization;

namespace Minirun.Runtime.Cgroups;

/// <summary>Statistics of cgroup version 2, under the names that runc gives them.</summary>
internal static class V2Stats
{
    public static void Read(CgroupStats stats, string path)
    {
        Cpu(stats.Cpu, path);
        Memory(stats.Memory, path);
        if (CgroupFs.ReadNumber(path + "/pids.current") is { } pids)
            stats.Pids = new PidsStats { Current = pids, Limit = Limit(path + "/pids.max") };
        if (CgroupFs.Read(path + "/io.stat") is { } io) Io(stats.Blkio, io);
        stats.Blkio.Psi = Pressure(CgroupFs.Read(path + "/io.pressure"));
        stats.Rdma ??= StatsReader.Rdma(CgroupFs.Read(path + "/rdma.current"));
        foreach (string file in CgroupFs.Exists(path + "/hugetlb.2MB.current") ? Directory.GetFiles(path, "hugetlb.*.current") : [])
        {
            string size = Path.GetFileName(file)["hugetlb.".Length..^".current".Length];
            if (size.EndsWith(".rsvd", StringComparison.Ordinal)) continue;
            stats.Hugetlb[size] = new MemoryEntry
            {
                Usage = CgroupFs.ReadNumber(file) ?? 0,
                Failcnt = CgroupFs.Find(CgroupFs.Read($"{path}/hugetlb.{size}.events"), "max") ?? 0
            };
        }
    }

    /// <summary>Lines are MAJOR:MINOR KEY=VALUE…</summary>
    public static void Io(BlkioStats stats, string text)
    {
        stats.IoServiceBytesRecursive = [];
        stats.IoServicedRecursive = [];
        foreach (string line in text.Split('\n'))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || words[0].Split(':') is not [var major, var minor] || !ulong.TryParse(major, out ulong first)
                || !ulong.TryParse(minor, out ulong second))
                continue;
            foreach (string word in words)
            {
                if (word.IndexOf('=') is var equals && (equals < 0 || !ulong.TryParse(word.AsSpan(equals + 1), out _))) continue;
                (List<BlkioEntry>? list, string op) = word[..equals] switch
                {
                    "rbytes" => (stats.IoServiceBytesRecursive, "Read"),
                    "wbytes" => (stats.IoServiceBytesRecursive, "Write"),
                    "rios" => (stats.IoServicedRecursive, "Read"),
                    "wios" => (stats.IoServicedRecursive, "Write"),
                    _ => (null, ""),
                };
                list?.Add(new BlkioEntry { Major = first, Minor = second, Op = op, Value = ulong.Parse(word.AsSpan(equals + 1)) });
            }
        }
    }

    /// <summary>some avg10=0.00 avg60=0.00 avg300=0.00 total=0, and full the same.</summary>
    public static Pressure? Pressure(string? text)
    {
        if (text is null) return null;
        var pressure = new Pressure();
        foreach (string line in text.Split('\n'))
        {
            string[] words = line.Split(' ');
            PressureLine? target = words[0] switch { "some" => pressure.Some, "full" => pressure.Full, _ => null };
            for (int i = 1; target is not null && i < words.Length; i++)
            {
                if (words[i].Split('=') is not [var key, var value]) continue;
                if (key == "total") target.Total = ulong.Parse(value);
                else if (double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
                    _ = key switch { "avg10" => target.Avg10 = number, "avg60" => target.Avg60 = number, _ => target.Avg300 = number };
            }
        }
        return pressure;
    }

    private static void Cpu(CpuStats stats, string path)
    {
        Dictionary<string, ulong> table = StatsReader.Table(CgroupFs.Read(path + "/cpu.stat"));
        // In a hybrid the processor's numbers are version 1's.
        if (stats.Usage.Total == 0)
            stats.Usage = new CpuUsage
            {
                Total = table.GetValueOrDefault("usage_usec") * 1000,
                User = table.GetValueOrDefault("user_usec") * 1000,
                Kernel = table.GetValueOrDefault("system_usec") * 1000
            };
        if (table.ContainsKey("nr_periods"))
            stats.Throttling = new Throttling
            {
                Periods = table["nr_periods"],
                ThrottledPeriods = table.GetValueOrDefault("nr_throttled"),
                ThrottledTime = table.GetValueOrDefault("throttled_usec") * 1000
            };
        stats.Psi = Pressure(CgroupFs.Read(path + "/cpu.pressure"));
    }

    private static void Memory(MemoryStats stats, string path)
    {
        stats.Psi = Pressure(CgroupFs.Read(path + "/memory.pressure"));
        if (CgroupFs.ReadNumber(path + "/memory.current") is not { } usage) return;
        string? events = CgroupFs.Read(path + "/memory.events");
        stats.Raw = StatsReader.Table(CgroupFs.Read(path + "/memory.stat"));
        stats.Cache = stats.Raw.GetValueOrDefault("file");
        stats.Usage = new MemoryEntry
        {
            Usage = usage,
            Limit = CgroupFs.ReadNumber(path + "/memory.max") ?? 0,
            Max = CgroupFs.ReadNumber(path + "/memory.peak") ?? 0,
            Failcnt = CgroupFs.Find(events, "max") ?? 0
        };
        ulong swap = CgroupFs.ReadNumber(path + "/memory.swap.current") ?? 0,
            swapLimit = CgroupFs.ReadNumber(path + "/memory.swap.max") ?? 0;
        // Clients expect memory and swap together here, as version 1 counts.
        stats.Swap = new MemoryEntry
        {
            Usage = swap + usage,
            Limit = swapLimit == ulong.MaxValue || stats.Usage.Limit == ulong.MaxValue ? ulong.MaxValue : swapLimit + stats.Usage.Limit,
            Max = CgroupFs.ReadNumber(path + "/memory.swap.peak") ?? 0,
        };
    }

    /// <summary>0 is no limit.</summary>
    private static ulong Limit(string path) => CgroupFs.ReadNumber(path) is { } limit && limit != ulong.MaxValue ? limit : 0;
}
