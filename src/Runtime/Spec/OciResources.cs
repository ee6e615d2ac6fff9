using System.Text.Json.Serialization;

namespace Minirun.Runtime.Spec;

/// <summary>
/// config.json <c>linux.resources</c> (config-linux.md, "Control groups"); also what <c>update --resources</c> reads. Sizes in bytes.
/// </summary>
public sealed class OciResources
{
    public List<OciDeviceRule>? Devices { get; set; }
    public OciMemory? Memory { get; set; }
    public OciCpu? Cpu { get; set; }
    public OciPids? Pids { get; set; }

    [JsonPropertyName("blockIO")]
    public OciBlockIO? BlockIO { get; set; }
    public List<OciHugepageLimit>? HugepageLimits { get; set; }
    public OciNetwork? Network { get; set; }

    /// <summary>By device, such as mlx5_1.</summary>
    public Dictionary<string, OciRdma>? Rdma { get; set; }

    /// <summary>Files of cgroup v2 and what is written to them.</summary>
    public Dictionary<string, string>? Unified { get; set; }
}

/// <summary>A rule of the devices cgroup; without type all, without number every one.</summary>
public sealed class OciDeviceRule
{
    public bool Allow { get; set; }
    public string? Type { get; set; }
    public long? Major { get; set; }
    public long? Minor { get; set; }

    /// <summary>Of r, w and m.</summary>
    public string? Access { get; set; }
}

/// <summary>-1 is no limit.</summary>
public sealed class OciMemory
{
    public long? Limit { get; set; }
    public long? Reservation { get; set; }

    /// <summary>Memory and swap together.</summary>
    public long? Swap { get; set; }
    public long? Kernel { get; set; }

    [JsonPropertyName("kernelTCP")]
    public long? KernelTcp { get; set; }
    public ulong? Swappiness { get; set; }

    [JsonPropertyName("disableOOMKiller")]
    public bool? DisableOomKiller { get; set; }
    public bool? UseHierarchy { get; set; }
    public bool? CheckBeforeUpdate { get; set; }
}

/// <summary>Times in microseconds.</summary>
public sealed class OciCpu
{
    public ulong? Shares { get; set; }
    public long? Quota { get; set; }
    public ulong? Burst { get; set; }
    public ulong? Period { get; set; }
    public long? RealtimeRuntime { get; set; }
    public ulong? RealtimePeriod { get; set; }
    public string? Cpus { get; set; }
    public string? Mems { get; set; }
    public long? Idle { get; set; }
}

public sealed class OciPids
{
    public long? Limit { get; set; }
}

public sealed class OciBlockIO
{
    public ushort? Weight { get; set; }
    public ushort? LeafWeight { get; set; }
    public List<OciWeightDevice>? WeightDevice { get; set; }
    public List<OciThrottleDevice>? ThrottleReadBpsDevice { get; set; }
    public List<OciThrottleDevice>? ThrottleWriteBpsDevice { get; set; }

    [JsonPropertyName("throttleReadIOPSDevice")]
    public List<OciThrottleDevice>? ThrottleReadIopsDevice { get; set; }

    [JsonPropertyName("throttleWriteIOPSDevice")]
    public List<OciThrottleDevice>? ThrottleWriteIopsDevice { get; set; }
}

public sealed class OciWeightDevice
{
    public long Major { get; set; }
    public long Minor { get; set; }
    public ushort? Weight { get; set; }
    public ushort? LeafWeight { get; set; }
}

public sealed class OciThrottleDevice
{
    public long Major { get; set; }
    public long Minor { get; set; }

    /// <summary>Per second.</summary>
    public ulong Rate { get; set; }
}

public sealed class OciHugepageLimit
{
    /// <summary>Such as 2MB.</summary>
    public string PageSize { get; set => field = value ?? ""; } = "";
    public ulong Limit { get; set; }
}

public sealed class OciNetwork
{
    [JsonPropertyName("classID")]
    public uint? ClassID { get; set; }
    public List<OciInterfacePriority>? Priorities { get; set; }
}

public sealed class OciInterfacePriority
{
    public string Name { get; set => field = value ?? ""; } = "";
    public uint Priority { get; set; }
}

public sealed class OciRdma
{
    public uint? HcaHandles { get; set; }
    public uint? HcaObjects { get; set; }
}
