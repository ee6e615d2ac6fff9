using System.Text.Json.Serialization;

namespace Minirun.Runtime.Cgroups;

/// <summary>
/// What <c>events --stats</c> prints as "data", in the shape that runc's clients read. Times in nanoseconds, sizes in bytes.
/// </summary>
public sealed class CgroupStats
{
    public CpuStats Cpu { get; set; } = new();
    public CpusetStats Cpuset { get; set; } = new();
    public MemoryStats Memory { get; set; } = new();
    public PidsStats Pids { get; set; } = new();
    public BlkioStats Blkio { get; set; } = new();

    /// <summary>By page size, such as 2MB.</summary>
    public Dictionary<string, MemoryEntry> Hugetlb { get; set; } = [];

    /// <summary>By device.</summary>
    public Dictionary<string, RdmaStats>? Rdma { get; set; }
}

public sealed class CpuStats
{
    public CpuUsage Usage { get; set; } = new();
    public Throttling Throttling { get; set; } = new();
    public Pressure? Psi { get; set; }
}

public sealed class CpuUsage
{
    public ulong Total { get; set; }
    public List<ulong>? Percpu { get; set; }

    [JsonPropertyName("percpu_kernel")]
    public List<ulong>? PercpuKernel { get; set; }

    [JsonPropertyName("percpu_user")]
    public List<ulong>? PercpuUser { get; set; }
    public ulong Kernel { get; set; }
    public ulong User { get; set; }
}

public sealed class Throttling
{
    public ulong Periods { get; set; }
    public ulong ThrottledPeriods { get; set; }
    public ulong ThrottledTime { get; set; }
}

public sealed class CpusetStats
{
    public List<uint>? Cpus { get; set; }
    public List<uint>? Mems { get; set; }
}

public sealed class MemoryStats
{
    public ulong Cache { get; set; }
    public MemoryEntry Usage { get; set; } = new();
    public MemoryEntry Swap { get; set; } = new();
    public MemoryEntry Kernel { get; set; } = new();

    [JsonPropertyName("kernelTCP")]
    public MemoryEntry KernelTcp { get; set; } = new();

    /// <summary>memory.stat as it is.</summary>
    public Dictionary<string, ulong> Raw { get; set; } = [];
    public Pressure? Psi { get; set; }
}

public sealed class MemoryEntry
{
    public ulong Limit { get; set; }
    public ulong Usage { get; set; }
    public ulong Max { get; set; }
    public ulong Failcnt { get; set; }
}

public sealed class PidsStats
{
    public ulong Current { get; set; }
    public ulong Limit { get; set; }
}

public sealed class BlkioStats
{
    public List<BlkioEntry>? IoServiceBytesRecursive { get; set; }
    public List<BlkioEntry>? IoServicedRecursive { get; set; }
    public List<BlkioEntry>? IoQueueRecursive { get; set; }
    public List<BlkioEntry>? IoServiceTimeRecursive { get; set; }
    public List<BlkioEntry>? IoWaitTimeRecursive { get; set; }
    public List<BlkioEntry>? IoMergedRecursive { get; set; }
    public List<BlkioEntry>? IoTimeRecursive { get; set; }
    public List<BlkioEntry>? SectorsRecursive { get; set; }
    public Pressure? Psi { get; set; }
}

public sealed class BlkioEntry
{
    public ulong Major { get; set; }
    public ulong Minor { get; set; }
    public string Op { get; set; } = "";
    public ulong Value { get; set; }
}

public sealed class RdmaStats
{
    public ulong HcaHandles { get; set; }
    public ulong HcaObjects { get; set; }
}

/// <summary>Pressure stall information: some tasks waited, or all of them did.</summary>
public sealed class Pressure
{
    public PressureLine Some { get; set; } = new();
    public PressureLine Full { get; set; } = new();
}

public sealed class PressureLine
{
    public double Avg10 { get; set; }
    public double Avg60 { get; set; }
    public double Avg300 { get; set; }
    public ulong Total { get; set; }
}
