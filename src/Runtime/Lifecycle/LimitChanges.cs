using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Lifecycle;

/// <summary>What <c>update</c> is to change, and what it leaves alone.</summary>
public static class LimitChanges
{
    /// <summary>
    /// Takes out what means "as it was": Docker writes 0 for a limit it does not want to touch, and Kubernetes device rules that stand for
    /// nothing, where runc's update leaves the devices alone.
    /// </summary>
    public static void DropUnset(OciResources changes)
    {
        changes.Devices = null;
        if (changes.Memory is { } memory)
        {
            memory.Limit = Set(memory.Limit);
            memory.Reservation = Set(memory.Reservation);
            memory.Swap = Set(memory.Swap);
            memory.Kernel = null;   // no kernel that is still looked after has it
            memory.KernelTcp = Set(memory.KernelTcp);
            if (IsEmpty(memory)) changes.Memory = null;
        }
        if (changes.Cpu is { } cpu)
        {
            cpu.Shares = Set(cpu.Shares);
            cpu.Quota = Set(cpu.Quota);
            cpu.Period = Set(cpu.Period);
            cpu.RealtimeRuntime = Set(cpu.RealtimeRuntime);
            cpu.RealtimePeriod = Set(cpu.RealtimePeriod);
            cpu.Cpus = string.IsNullOrEmpty(cpu.Cpus) ? null : cpu.Cpus;
            cpu.Mems = string.IsNullOrEmpty(cpu.Mems) ? null : cpu.Mems;
            if (IsEmpty(cpu)) changes.Cpu = null;
        }
        if (changes.Pids is { Limit: null }) changes.Pids = null;
        if (changes.BlockIO is { } disk)
        {
            if (disk.Weight == 0) disk.Weight = null;
            if (disk.LeafWeight == 0) disk.LeafWeight = null;
            if (IsEmpty(disk)) changes.BlockIO = null;
        }
        if (changes.Unified is { Count: 0 }) changes.Unified = null;
    }

    /// <summary>After <see cref="DropUnset"/>.</summary>
    public static bool IsEmpty(OciResources changes) =>
        changes is { Memory: null, Cpu: null, Pids: null, BlockIO: null, HugepageLimits: null, Network: null, Rdma: null, Unified: null };

    /// <summary>Puts later changes over earlier ones.</summary>
    public static void Merge(OciResources into, OciResources changes)
    {
        if (changes.Memory is { } memory)
        {
            OciMemory old = into.Memory ??= new();
            old.Limit = memory.Limit ?? old.Limit;
            old.Reservation = memory.Reservation ?? old.Reservation;
            old.Swap = memory.Swap ?? old.Swap;
            old.KernelTcp = memory.KernelTcp ?? old.KernelTcp;
            old.Swappiness = memory.Swappiness ?? old.Swappiness;
            old.DisableOomKiller = memory.DisableOomKiller ?? old.DisableOomKiller;
        }
        if (changes.Cpu is { } cpu)
        {
            OciCpu old = into.Cpu ??= new();
            old.Shares = cpu.Shares ?? old.Shares;
            old.Quota = cpu.Quota ?? old.Quota;
            old.Burst = cpu.Burst ?? old.Burst;
            old.Period = cpu.Period ?? old.Period;
            old.RealtimeRuntime = cpu.RealtimeRuntime ?? old.RealtimeRuntime;
            old.RealtimePeriod = cpu.RealtimePeriod ?? old.RealtimePeriod;
            old.Cpus = cpu.Cpus ?? old.Cpus;
            old.Mems = cpu.Mems ?? old.Mems;
            old.Idle = cpu.Idle ?? old.Idle;
        }
        into.Pids = changes.Pids ?? into.Pids;
        if (changes.BlockIO is { } disk)
        {
            OciBlockIO old = into.BlockIO ??= new();
            old.Weight = disk.Weight ?? old.Weight;
            old.LeafWeight = disk.LeafWeight ?? old.LeafWeight;
            old.WeightDevice = disk.WeightDevice ?? old.WeightDevice;
            old.ThrottleReadBpsDevice = disk.ThrottleReadBpsDevice ?? old.ThrottleReadBpsDevice;
            old.ThrottleWriteBpsDevice = disk.ThrottleWriteBpsDevice ?? old.ThrottleWriteBpsDevice;
            old.ThrottleReadIopsDevice = disk.ThrottleReadIopsDevice ?? old.ThrottleReadIopsDevice;
            old.ThrottleWriteIopsDevice = disk.ThrottleWriteIopsDevice ?? old.ThrottleWriteIopsDevice;
        }
        into.HugepageLimits = changes.HugepageLimits ?? into.HugepageLimits;
        into.Network = changes.Network ?? into.Network;
        into.Rdma = changes.Rdma ?? into.Rdma;
        foreach (var (file, value) in changes.Unified ?? []) (into.Unified ??= [])[file] = value;
    }

    private static bool IsEmpty(OciMemory memory) =>
        memory is { Limit: null, Reservation: null, Swap: null, KernelTcp: null, Swappiness: null, DisableOomKiller: null };

    private static bool IsEmpty(OciCpu cpu) =>
        cpu is { Shares: null, Quota: null, Burst: null, Period: null, RealtimeRuntime: null, RealtimePeriod: null, Cpus: null, Mems: null,
            Idle: null };

    private static bool IsEmpty(OciBlockIO disk) =>
        disk is { Weight: null, LeafWeight: null, WeightDevice: null, ThrottleReadBpsDevice: null, ThrottleWriteBpsDevice: null,
            ThrottleReadIopsDevice: null, ThrottleWriteIopsDevice: null };

    private static long? Set(long? value) => value == 0 ? null : value;

    private static ulong? Set(ulong? value) => value == 0 ? null : value;
}
