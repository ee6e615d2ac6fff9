using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Bundles;

/// <summary><c>linux</c> of a document, but its resources and its seccomp.</summary>
internal static class LinuxValidator
{
    private static readonly string[] s_namespaces = ["user", "pid", "uts", "mount", "ipc", "cgroup", "network", "time"];

    private static readonly string[] s_propagations =
        ["", "private", "rprivate", "slave", "rslave", "shared", "rshared", "unbindable", "runbindable"];

    public static void Check(OciSpec oci)
    {
        OciLinux linux = oci.Linux;
        CheckMappings(oci);
        CheckTime(oci);
        CheckSysctls(oci);
        CheckDevices(linux.Devices);
        CheckNetDevices(oci);
        Problem.OneOf(linux.RootfsPropagation ?? "", "linux.rootfsPropagation", "propagation",
            Array.IndexOf(s_propagations, linux.RootfsPropagation ?? "") >= 0);
        Problem.Paths(linux.MaskedPaths, "linux.maskedPaths");
        Problem.Paths(linux.ReadonlyPaths, "linux.readonlyPaths");
        if (linux.Personality is { } personality)
        {
            Problem.OneOf(personality.Domain, "linux.personality.domain", "domain", personality.Domain is "LINUX" or "LINUX32");
            if (personality.Flags is { Count: > 0 }) throw Problem.At("linux.personality.flags[0]", "no flag is supported");
        }
        if (linux.MemoryPolicy is { } memory) CheckMemoryPolicy(memory);
        if (linux.IntelRdt is { } rdt) CheckRdt(rdt);
    }

    /// <summary>First of all: much else depends on which there are.</summary>
    public static void CheckNamespaces(List<OciNamespace> namespaces)
    {
        for (int i = 0; i < namespaces.Count; i++)
        {
            string at = $"linux.namespaces[{i}]";
            OciNamespace each = namespaces[i] ?? throw Problem.At(at, "null is not a namespace");
            Problem.OneOf(each.Type, at + ".type", "namespace", Array.IndexOf(s_namespaces, each.Type) >= 0);
            if (each.Path is { Length: > 0 } path) Problem.Path(path, at + ".path");
            if (namespaces.FindIndex(other => other.Type == each.Type) < i) throw Problem.At(at + ".type", $"{each.Type} is there twice");
        }
    }

    private static void CheckMappings(OciSpec oci)
    {
        OciLinux linux = oci.Linux;
        IdMappings.Check(linux.UidMappings, "linux.uidMappings");
        IdMappings.Check(linux.GidMappings, "linux.gidMappings");
        OciNamespace? user = linux.Namespaces.Find(each => each.Type == "user");
        if (user is null && linux.UidMappings is { Count: > 0 })
            throw Problem.At("linux.uidMappings", "user namespace mappings specified, but there is no user namespace in linux.namespaces");
        if (user is null && linux.GidMappings is { Count: > 0 })
            throw Problem.At("linux.gidMappings", "user namespace mappings specified, but there is no user namespace in linux.namespaces");
        if (user is null or { Path.Length: > 0 }) return;
        if (linux.UidMappings is not { Count: > 0 })
            throw Problem.At("linux.uidMappings", "user namespaces enabled, but no uid mappings found");
        if (linux.GidMappings is not { Count: > 0 })
            throw Problem.At("linux.gidMappings", "user namespaces enabled, but no gid mappings found");
    }

    private static void CheckTime(OciSpec oci)
    {
        if (oci.Linux.TimeOffsets is not { Count: > 0 } offsets) return;
        if (!oci.Linux.Namespaces.Exists(each => each is { Type: "time", Path: null or "" }))
            throw Problem.At("linux.timeOffsets",
                "time namespace offsets specified, but there is no new time namespace in linux.namespaces");
        foreach (var (clock, offset) in offsets)
        {
            Problem.OneOf(clock, "linux.timeOffsets", "clock", clock is "monotonic" or "boottime");
            if (offset is null) throw Problem.At($"linux.timeOffsets.{clock}", "null is not an offset");
            if (offset.Nanosecs > 999_999_999)
                throw Problem.At($"linux.timeOffsets.{clock}.nanosecs", $"{offset.Nanosecs} is a second or more");
        }
    }

    private static void CheckSysctls(OciSpec oci)
    {
        foreach (var (name, value) in oci.Linux.Sysctl ?? [])
        {
            if (Sysctl.Refusal(name, type => BundleValidator.Has(oci, type)) is { } why) throw Problem.At($"linux.sysctl.{name}", why);
            if (value is null) throw Problem.At($"linux.sysctl.{name}", "null is not a string");
            if (Sysctl.IsDomainname(name) && oci.Domainname is { Length: > 0 } domain && domain != value)
                throw Problem.At($"linux.sysctl.{name}", $"'{value}' conflicts with domainname, which is '{domain}'");
        }
    }

    private static void CheckDevices(List<OciDevice>? devices)
    {
        for (int i = 0; i < (devices?.Count ?? 0); i++)
        {
            string at = $"linux.devices[{i}]";
            OciDevice device = devices![i] ?? throw Problem.At(at, "null is not a device");
            Problem.Path(device.Path, at + ".path");
            Problem.OneOf(device.Type, at + ".type", "type of device", device.Type is "c" or "b" or "u" or "p");
            if (device.Type == "p") continue;
            Problem.Range(device.Major, 0, 0xfff, at + ".major");
            Problem.Range(device.Minor, 0, 0xfffff, at + ".minor");
        }
    }

    private static void CheckNetDevices(OciSpec oci)
    {
        foreach (var (name, device) in oci.Linux.NetDevices ?? [])
        {
            if (!BundleValidator.Has(oci, "network"))
                throw Problem.At("linux.netDevices", "unable to move network devices without a private NET namespace");
            foreach (string each in (string[])[name, device?.Name is { Length: > 0 } inside ? inside : name])
                if (each.Length is 0 or > 15 || each is "." or ".." || each.AsSpan().IndexOfAny("/: \t\n") >= 0)
                    throw Problem.At($"linux.netDevices.{name}", $"'{each}' is not the name of an interface");
        }
    }

    private static void CheckMemoryPolicy(OciMemoryPolicy policy)
    {
        if (MemoryPolicy.Mode(policy.Mode) < 0) throw Problem.At("linux.memoryPolicy.mode", $"invalid memory policy mode '{policy.Mode}'");
        Problem.List(policy.Nodes, "linux.memoryPolicy.nodes", "memory nodes");
        Problem.NoNulls(policy.Flags, "linux.memoryPolicy.flags");
        for (int i = 0; i < (policy.Flags?.Count ?? 0); i++)
            if (MemoryPolicy.Flag(policy.Flags![i]) == 0)
                throw Problem.At($"linux.memoryPolicy.flags[{i}]", $"invalid memory policy flag '{policy.Flags[i]}'");
    }

    private static void CheckRdt(OciIntelRdt rdt)
    {
        if (rdt.ClosID is { Length: > 0 } group && group != "/" && (group is "." or ".." || group.AsSpan().IndexOfAny('/', '\n') >= 0))
            throw Problem.At("linux.intelRdt.closID", $"'{group}' is not the name of a directory");
        if (rdt.L3CacheSchema?.IndexOf('\n') >= 0) throw Problem.At("linux.intelRdt.l3CacheSchema", "has a newline");
        if (rdt.MemBwSchema is { Length: > 0 } memory && (!memory.StartsWith("MB:", StringComparison.Ordinal) || memory.Contains('\n')))
            throw Problem.At("linux.intelRdt.memBwSchema", "not one line that starts with MB:");
        Problem.NoNulls(rdt.Schemata, "linux.intelRdt.schemata");
        for (int i = 0; i < (rdt.Schemata?.Count ?? 0); i++)
            if (rdt.Schemata![i].Contains('\n')) throw Problem.At($"linux.intelRdt.schemata[{i}]", "has a newline");
    }
}
