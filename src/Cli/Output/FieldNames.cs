
namespace Minirun.Cli.Output;

/// <summary>Fields of an OCI document by the flags that set them: who typed a flag reads about the flag.</summary>
internal static class FieldNames
{
    private static readonly (string Field, string Flag)[] s_names =
    [
        ("memory.limit", "--memory"), ("memory.swap", "--memory-swap"), ("memory.reservation", "--memory-reservation"),
        ("memory.swappiness", "--memory-swappiness"), ("memory.disableOOMKiller", "--oom-kill-disable"), ("cpu.shares", "--cpu-shares"),
        ("cpu.period", "--cpu-period"), ("cpu.quota", "--cpu-quota, --cpus"), ("cpu.cpus", "--cpuset-cpus"), ("cpu.mems", "--cpuset-mems"),
        ("pids.limit", "--pids-limit"), ("blockIO.weightDevice", "--blkio-weight-device"), ("blockIO.weight", "--blkio-weight"),
        ("blockIO.throttleReadBpsDevice", "--device-read-bps"), ("blockIO.throttleWriteBpsDevice", "--device-write-bps"),
        ("blockIO.throttleReadIOPSDevice", "--device-read-iops"), ("blockIO.throttleWriteIOPSDevice", "--device-write-iops"),
    ];

    private static readonly (string Field, string Flag)[] s_processNames =
    [
        ("process.cwd", "--workdir"), ("process.user", "--user"), ("process.rlimits", "--ulimit"),
        ("process.apparmorProfile", "--security-opt apparmor"),
    ];

    public static string InFlags(string message)
    {
        const string start = "linux.resources.", path = "linux.cgroupsPath: ", unified = start + "unified.";
        if (message.StartsWith(path, StringComparison.Ordinal)) return message[path.Length..];
        if (message.StartsWith(unified, StringComparison.Ordinal)) return "--cgroup-conf " + message[unified.Length..];
        foreach (var (field, flag) in s_processNames)
            if (message.StartsWith(field + ":", StringComparison.Ordinal)) return flag + message[field.Length..];
        foreach (var (field, flag) in s_names)
            if (message.StartsWith(start + field + ":", StringComparison.Ordinal)) return flag + message[(start.Length + field.Length)..];
        return message;
    }
}
