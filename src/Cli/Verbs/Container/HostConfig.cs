using System.Text.Json.Nodes;
using Minirun.Engine.Records;
using Minirun.Runtime.Spec;

namespace Minirun.Cli.Verbs.Container;

/// <summary>HostConfig in `inspect`: docker's fields for limits, mounts and rights, by what its OCI document says now.</summary>
internal static class HostConfig
{
    private const decimal Nano = 1_000_000_000;

    /// <param name="described">Gets the fields. 0 is docker's word for: no limit.</param>
    /// <param name="config">The container's.</param>
    /// <param name="oci">Its document, which `update` changes.</param>
    /// <param name="mounts">As <see cref="MountList"/> has them.</param>
    public static void Add(JsonObject described, ContainerConfig config, OciSpec oci, JsonArray mounts)
    {
        OciMemory? memory = oci.Linux.Resources?.Memory;
        OciCpu? cpu = oci.Linux.Resources?.Cpu;
        described["Binds"] = Binds(mounts);
        described["Privileged"] = config.Privileged;
        described["ReadonlyRootfs"] = oci.Root.Readonly;
        described["Memory"] = memory?.Limit ?? 0;
        described["MemoryReservation"] = memory?.Reservation ?? 0;
        described["MemorySwap"] = memory?.Swap ?? 0;
        described["NanoCpus"] = cpu is { Quota: > 0 and var quota, Period: > 0 and var period } ? (long)(quota * Nano / period) : 0;
        described["CpuShares"] = cpu?.Shares ?? 0;
        described["CpuQuota"] = cpu?.Quota ?? 0;
        described["CpuPeriod"] = cpu?.Period ?? 0;
        described["CpusetCpus"] = cpu?.Cpus ?? "";
        described["CpusetMems"] = cpu?.Mems ?? "";
        described["PidsLimit"] = oci.Linux.Resources?.Pids?.Limit ?? 0;
    }

    /// <summary>SOURCE:DESTINATION[:ro], of a volume its name.</summary>
    private static JsonArray Binds(JsonArray mounts)
    {
        var binds = new JsonArray();
        foreach (JsonNode? mount in mounts)
        {
            string? source = (string?)mount!["Name"] ?? (string?)mount["Source"];
            string mode = (bool)mount["RW"]! ? "" : ":ro";
            binds.Add((JsonNode)JsonValue.Create($"{source}:{(string?)mount["Destination"]}{mode}"));
        }
        return binds;
    }
}
