using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using static Minirun.Runtime.Spec.Json.JsonValues;

namespace Minirun.Runtime.Spec.Json;

/// <summary>
/// config.json written by hand, for the same reason as <see cref="ConfigReader"/>: the serializer would have to make itself ready in every
/// `run -d`, which takes it about two milliseconds of processor time. What is rare is left to it, member by member. A test compares the
/// two.
/// </summary>
internal static class ConfigWriter
{
    public static byte[] Write(OciSpec oci) => Document(capacity: 16 * 1024, oci, static (json, oci) =>
    {
        Text(json, "ociVersion"u8, oci.OciVersion);
        Object(json, "process"u8, oci.Process, Process);
        Object(json, "root"u8, oci.Root, static (json, root) =>
        {
            Text(json, "path"u8, root.Path);
            json.WriteBoolean("readonly"u8, root.Readonly);
        });
        Text(json, "hostname"u8, oci.Hostname);
        Text(json, "domainname"u8, oci.Domainname);
        Objects(json, "mounts"u8, oci.Mounts, Mount);
        Rare(json, "hooks"u8, oci.Hooks, OciJson.Default.OciHooks);
        Map(json, "annotations"u8, oci.Annotations);
        Object(json, "linux"u8, oci.Linux, Linux);
    });

    public static byte[] Write(OciProcess process) => Document(capacity: 4096, process, Process);

    private static void Process(Utf8JsonWriter json, OciProcess process)
    {
        json.WriteBoolean("terminal"u8, process.Terminal);
        Object(json, "consoleSize"u8, process.ConsoleSize, static (json, size) =>
        {
            json.WriteNumber("height"u8, size.Height);
            json.WriteNumber("width"u8, size.Width);
        });
        Object(json, "user"u8, process.User, static (json, user) =>
        {
            json.WriteNumber("uid"u8, user.Uid);
            json.WriteNumber("gid"u8, user.Gid);
            Number(json, "umask"u8, user.Umask);
            Numbers(json, "additionalGids"u8, user.AdditionalGids);
        });
        Texts(json, "args"u8, process.Args);
        Texts(json, "env"u8, process.Env);
        Text(json, "cwd"u8, process.Cwd);
        Object(json, "capabilities"u8, process.Capabilities, static (json, sets) =>
        {
            Texts(json, "bounding"u8, sets.Bounding);
            Texts(json, "effective"u8, sets.Effective);
            Texts(json, "inheritable"u8, sets.Inheritable);
            Texts(json, "permitted"u8, sets.Permitted);
            Texts(json, "ambient"u8, sets.Ambient);
        });
        Objects(json, "rlimits"u8, process.Rlimits, static (json, limit) =>
        {
            Text(json, "type"u8, limit.Type);
            json.WriteNumber("soft"u8, limit.Soft);
            json.WriteNumber("hard"u8, limit.Hard);
        });
        json.WriteBoolean("noNewPrivileges"u8, process.NoNewPrivileges);
        Text(json, "apparmorProfile"u8, process.ApparmorProfile);
        Text(json, "selinuxLabel"u8, process.SelinuxLabel);
        Number(json, "oomScoreAdj"u8, process.OomScoreAdj);
        Rare(json, "scheduler"u8, process.Scheduler, OciJson.Default.OciScheduler);
        Rare(json, "ioPriority"u8, process.IoPriority, OciJson.Default.OciIoPriority);
        Rare(json, "execCPUAffinity"u8, process.ExecCpuAffinity, OciJson.Default.OciCpuAffinity);
    }

    private static void Mount(Utf8JsonWriter json, OciMount mount)
    {
        Text(json, "destination"u8, mount.Destination);
        Text(json, "type"u8, mount.Type);
        Text(json, "source"u8, mount.Source);
        Texts(json, "options"u8, mount.Options);
        Objects(json, "uidMappings"u8, mount.UidMappings, IdMapping);
        Objects(json, "gidMappings"u8, mount.GidMappings, IdMapping);
    }

    private static void IdMapping(Utf8JsonWriter json, OciIdMapping mapping)
    {
        json.WriteNumber("containerID"u8, mapping.ContainerID);
        json.WriteNumber("hostID"u8, mapping.HostID);
        json.WriteNumber("size"u8, mapping.Size);
    }

    private static void Linux(Utf8JsonWriter json, OciLinux linux)
    {
        Objects(json, "uidMappings"u8, linux.UidMappings, IdMapping);
        Objects(json, "gidMappings"u8, linux.GidMappings, IdMapping);
        Objects(json, "namespaces"u8, linux.Namespaces, static (json, each) =>
        {
            Text(json, "type"u8, each.Type);
            Text(json, "path"u8, each.Path);
        });
        Rare(json, "timeOffsets"u8, linux.TimeOffsets, OciJson.Default.DictionaryStringOciTimeOffset);
        Objects(json, "devices"u8, linux.Devices, Device);
        Rare(json, "netDevices"u8, linux.NetDevices, OciJson.Default.DictionaryStringOciNetDevice);
        Text(json, "cgroupsPath"u8, linux.CgroupsPath);
        Object(json, "resources"u8, linux.Resources, Resources);
        Object(json, "seccomp"u8, linux.Seccomp, Seccomp);
        Text(json, "rootfsPropagation"u8, linux.RootfsPropagation);
        Texts(json, "maskedPaths"u8, linux.MaskedPaths);
        Texts(json, "readonlyPaths"u8, linux.ReadonlyPaths);
        Text(json, "mountLabel"u8, linux.MountLabel);
        Map(json, "sysctl"u8, linux.Sysctl);
        Rare(json, "personality"u8, linux.Personality, OciJson.Default.OciPersonality);
        Rare(json, "intelRdt"u8, linux.IntelRdt, OciJson.Default.OciIntelRdt);
        Rare(json, "memoryPolicy"u8, linux.MemoryPolicy, OciJson.Default.OciMemoryPolicy);
    }

    private static void Device(Utf8JsonWriter json, OciDevice device)
    {
        Text(json, "path"u8, device.Path);
        Text(json, "type"u8, device.Type);
        json.WriteNumber("major"u8, device.Major);
        json.WriteNumber("minor"u8, device.Minor);
        Number(json, "fileMode"u8, device.FileMode);
        Number(json, "uid"u8, device.Uid);
        Number(json, "gid"u8, device.Gid);
    }

    private static void Resources(Utf8JsonWriter json, OciResources resources)
    {
        Objects(json, "devices"u8, resources.Devices, static (json, rule) =>
        {
            json.WriteBoolean("allow"u8, rule.Allow);
            Text(json, "type"u8, rule.Type);
            Number(json, "major"u8, rule.Major);
            Number(json, "minor"u8, rule.Minor);
            Text(json, "access"u8, rule.Access);
        });
        Object(json, "memory"u8, resources.Memory, Memory);
        Object(json, "cpu"u8, resources.Cpu, Cpu);
        Object(json, "pids"u8, resources.Pids, static (json, pids) => Number(json, "limit"u8, pids.Limit));
        Rare(json, "blockIO"u8, resources.BlockIO, OciJson.Default.OciBlockIO);
        Rare(json, "hugepageLimits"u8, resources.HugepageLimits, OciJson.Default.ListOciHugepageLimit);
        Rare(json, "network"u8, resources.Network, OciJson.Default.OciNetwork);
        Rare(json, "rdma"u8, resources.Rdma, OciJson.Default.DictionaryStringOciRdma);
        Map(json, "unified"u8, resources.Unified);
    }

    private static void Memory(Utf8JsonWriter json, OciMemory memory)
    {
        Number(json, "limit"u8, memory.Limit);
        Number(json, "reservation"u8, memory.Reservation);
        Number(json, "swap"u8, memory.Swap);
        Number(json, "kernel"u8, memory.Kernel);
        Number(json, "kernelTCP"u8, memory.KernelTcp);
        Positive(json, "swappiness"u8, memory.Swappiness);
        Flag(json, "disableOOMKiller"u8, memory.DisableOomKiller);
        Flag(json, "useHierarchy"u8, memory.UseHierarchy);
        Flag(json, "checkBeforeUpdate"u8, memory.CheckBeforeUpdate);
    }

    private static void Cpu(Utf8JsonWriter json, OciCpu cpu)
    {
        Positive(json, "shares"u8, cpu.Shares);
        Number(json, "quota"u8, cpu.Quota);
        Positive(json, "burst"u8, cpu.Burst);
        Positive(json, "period"u8, cpu.Period);
        Number(json, "realtimeRuntime"u8, cpu.RealtimeRuntime);
        Positive(json, "realtimePeriod"u8, cpu.RealtimePeriod);
        Text(json, "cpus"u8, cpu.Cpus);
        Text(json, "mems"u8, cpu.Mems);
        Number(json, "idle"u8, cpu.Idle);
    }

    private static void Seccomp(Utf8JsonWriter json, OciSeccomp seccomp)
    {
        Text(json, "defaultAction"u8, seccomp.DefaultAction);
        Number(json, "defaultErrnoRet"u8, seccomp.DefaultErrnoRet);
        Texts(json, "architectures"u8, seccomp.Architectures);
        Texts(json, "flags"u8, seccomp.Flags);
        Text(json, "listenerPath"u8, seccomp.ListenerPath);
        Text(json, "listenerMetadata"u8, seccomp.ListenerMetadata);
        Objects(json, "syscalls"u8, seccomp.Syscalls, static (json, rule) =>
        {
            Texts(json, "names"u8, rule.Names);
            Text(json, "action"u8, rule.Action);
            Number(json, "errnoRet"u8, rule.ErrnoRet);
            Objects(json, "args"u8, rule.Args, static (json, arg) =>
            {
                json.WriteNumber("index"u8, arg.Index);
                json.WriteNumber("value"u8, arg.Value);
                json.WriteNumber("valueTwo"u8, arg.ValueTwo);
                Text(json, "op"u8, arg.Op);
            });
        });
    }

    private static void Rare<T>(Utf8JsonWriter json, ReadOnlySpan<byte> name, T? value, JsonTypeInfo<T> type)
        where T : class
    {
        if (value is null) return;
        json.WritePropertyName(name);
        JsonSerializer.Serialize(json, value, type);
    }
}
