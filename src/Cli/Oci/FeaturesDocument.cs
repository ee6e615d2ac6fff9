using System.Text.Json;
using Minirun.Runtime.Bundles;

namespace Minirun.Cli.Oci;

/// <summary>
/// features.md of the runtime specification. What the code does; what this machine adds or takes away stands in the annotations.
/// </summary>
internal static class FeaturesDocument
{
    private const string Prefix = "io.minirun.";

    public static void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("ociVersionMin", Supported.MinimumVersion);
        writer.WriteString("ociVersionMax", Supported.MaximumVersion);
        Strings(writer, "hooks", Supported.Hooks);
        Strings(writer, "mountOptions", Supported.MountOptions);
        writer.WriteStartObject("linux");
        Strings(writer, "namespaces", Supported.Namespaces);
        Strings(writer, "capabilities", Supported.Capabilities);
        Booleans(writer, "cgroup", ("v1", Supported.CgroupV1), ("v2", Supported.CgroupV2), ("systemd", Supported.Systemd),
            ("systemdUser", Supported.SystemdUser), ("rdma", Supported.CgroupRdma));
        Seccomp(writer);
        Booleans(writer, "apparmor", ("enabled", Supported.Apparmor));
        Booleans(writer, "selinux", ("enabled", Supported.Selinux));
        Booleans(writer, "intelRdt", ("enabled", Supported.IntelRdt), ("schemata", Supported.IntelRdt),
            ("monitoring", Supported.IntelRdtMonitoring));
        writer.WriteStartObject("memoryPolicy");
        Strings(writer, "modes", Supported.MemoryPolicyModes);
        Strings(writer, "flags", Supported.MemoryPolicyFlags);
        writer.WriteEndObject();
        writer.WriteStartObject("mountExtensions");
        Booleans(writer, "idmap", ("enabled", Supported.IdmappedMounts));
        writer.WriteEndObject();
        Booleans(writer, "netDevices", ("enabled", Supported.NetDevices));
        writer.WriteEndObject();
        Annotations(writer);
        Strings(writer, "potentiallyUnsafeConfigAnnotations", Supported.UnsafeAnnotations);
        writer.WriteEndObject();
    }

    private static void Seccomp(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("seccomp");
        writer.WriteBoolean("enabled", Supported.SeccompActions.Length > 0);
        Strings(writer, "actions", Supported.SeccompActions);
        Strings(writer, "operators", Supported.SeccompOperators);
        Strings(writer, "archs", Supported.SeccompArchitectures);
        Strings(writer, "knownFlags", Supported.SeccompFlags);
        Strings(writer, "supportedFlags", Supported.SeccompFlagsOfThisKernel);
        writer.WriteEndObject();
    }

    private static void Annotations(Utf8JsonWriter writer)
    {
        var (version, commit) = OciVersion.Own();
        writer.WriteStartObject("annotations");
        writer.WriteString(Prefix + "version", version);
        writer.WriteString(Prefix + "commit", commit);
        writer.WriteString(Prefix + "checkpoint.enabled", "false");
        foreach (var (name, isThere) in HostFeatures.All()) writer.WriteString(Prefix + "host." + name, isThere ? "true" : "false");
        writer.WriteEndObject();
    }

    private static void Booleans(Utf8JsonWriter writer, string name, params ReadOnlySpan<(string Name, bool Value)> members)
    {
        writer.WriteStartObject(name);
        foreach (var (member, value) in members) writer.WriteBoolean(member, value);
        writer.WriteEndObject();
    }

    private static void Strings(Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (string value in values) writer.WriteStringValue(value);
        writer.WriteEndArray();
    }
}
