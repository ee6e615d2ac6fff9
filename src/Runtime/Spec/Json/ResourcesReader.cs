using System.Text.Json;
using static Minirun.Runtime.Spec.Json.JsonMembers;

namespace Minirun.Runtime.Spec.Json;

/// <summary>linux.resources, for <see cref="ConfigReader"/>.</summary>
internal static class ResourcesReader
{
    public static OciResources? Read(ref Utf8JsonReader json)
    {
        if (!Begins(ref json)) return null;
        var resources = new OciResources();
        while (Next(ref json, out string name))
            switch (name)
            {
                case "devices": resources.Devices = Objects(ref json, DeviceRule); break;
                case "memory": resources.Memory = Memory(ref json); break;
                case "cpu": resources.Cpu = Cpu(ref json); break;
                case "pids": resources.Pids = Pids(ref json); break;
                case "unified": resources.Unified = Map(ref json); break;
                case "blockIO": resources.BlockIO = BlockIO(ref json); break;
                case "hugepageLimits" or "network" or "rdma": throw ConfigReader.Rare;
                default: json.Skip(); break;
            }
        return resources;
    }

    private static OciDeviceRule DeviceRule(ref Utf8JsonReader json)
    {
        var rule = new OciDeviceRule();
        while (Next(ref json, out string name))
            switch (name)
            {
                case "allow": rule.Allow = Flag(ref json); break;
                case "type": rule.Type = Text(ref json); break;
                case "major": rule.Major = MaybeSigned(ref json); break;
                case "minor": rule.Minor = MaybeSigned(ref json); break;
                case "access": rule.Access = Text(ref json); break;
                default: json.Skip(); break;
            }
        return rule;
    }

    private static OciMemory? Memory(ref Utf8JsonReader json)
    {
        if (!Begins(ref json)) return null;
        var memory = new OciMemory();
        while (Next(ref json, out string name))
            switch (name)
            {
                case "limit": memory.Limit = MaybeSigned(ref json); break;
                case "reservation": memory.Reservation = MaybeSigned(ref json); break;
                case "swap": memory.Swap = MaybeSigned(ref json); break;
                case "kernel": memory.Kernel = MaybeSigned(ref json); break;
                case "kernelTCP": memory.KernelTcp = MaybeSigned(ref json); break;
                case "swappiness": memory.Swappiness = MaybeNumber(ref json); break;
                case "disableOOMKiller": memory.DisableOomKiller = IsNull(ref json) ? null : Flag(ref json); break;
                case "useHierarchy": memory.UseHierarchy = IsNull(ref json) ? null : Flag(ref json); break;
                case "checkBeforeUpdate": memory.CheckBeforeUpdate = IsNull(ref json) ? null : Flag(ref json); break;
                default: json.Skip(); break;
            }
        return memory;
    }

    private static OciCpu? Cpu(ref Utf8JsonReader json)
    {
        if (!Begins(ref json)) return null;
        var cpu = new OciCpu();
        while (Next(ref json, out string name))
            switch (name)
            {
                case "shares": cpu.Shares = MaybeNumber(ref json); break;
                case "quota": cpu.Quota = MaybeSigned(ref json); break;
                case "burst": cpu.Burst = MaybeNumber(ref json); break;
                case "period": cpu.Period = MaybeNumber(ref json); break;
                case "realtimeRuntime": cpu.RealtimeRuntime = MaybeSigned(ref json); break;
                case "realtimePeriod": cpu.RealtimePeriod = MaybeNumber(ref json); break;
                case "cpus": cpu.Cpus = Text(ref json); break;
                case "mems": cpu.Mems = Text(ref json); break;
                case "idle": cpu.Idle = MaybeSigned(ref json); break;
                default: json.Skip(); break;
            }
        return cpu;
    }

    private static OciPids? Pids(ref Utf8JsonReader json)
    {
        if (!Begins(ref json)) return null;
        var pids = new OciPids();
        while (Next(ref json, out string name))
            if (name == "limit") pids.Limit = MaybeSigned(ref json);
            else json.Skip();
        return pids;
    }

    /// <summary>dockerd writes it without anything in it but a weight of 0.</summary>
    private static OciBlockIO? BlockIO(ref Utf8JsonReader json)
    {
        if (!Begins(ref json)) return null;
        var block = new OciBlockIO();
        while (Next(ref json, out string name))
            switch (name)
            {
                case "weight" or "leafWeight" when IsNull(ref json): break;
                case "weight" when Id(ref json) is var weight and <= ushort.MaxValue: block.Weight = (ushort)weight; break;
                default: throw ConfigReader.Rare;
            }
        return block;
    }
}
