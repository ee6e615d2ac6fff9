using System.Text.Json.Nodes;
using Minirun.Engine.Records;
using Minirun.Runtime.Spec;

namespace Minirun.Cli.Verbs.Container;

/// <summary>Mounts in `inspect`: volumes and binds that were asked for, with docker's fields.</summary>
internal static class MountList
{
    public static JsonArray Of(EngineContainer container, OciSpec oci)
    {
        var list = new JsonArray();
        foreach (OciMount mount in oci.Mounts)
        {
            bool isBind = mount.Type == "bind" || mount.Options.Contains("rbind") || mount.Options.Contains("bind");
            if (!isBind || IsEverywhere(mount, container)) continue;
            VolumeUse? volume = container.Config.Volumes.Find(use => use.Destination == mount.Destination);
            list.Add((JsonNode)(volume is null ? Bind(mount) : Volume(volume, mount)));
        }
        return list;
    }

    private static JsonObject Volume(VolumeUse use, OciMount mount) => new()
    {
        ["Type"] = "volume",
        ["Name"] = use.Name,
        ["Source"] = mount.Source,
        ["Destination"] = mount.Destination,
        ["Driver"] = use.Driver,
        ["Mode"] = use.ReadOnly ? "ro" : "",
        ["RW"] = !IsReadOnly(mount),
        ["Propagation"] = "",
    };

    private static JsonObject Bind(OciMount mount) => new()
    {
        ["Type"] = "bind",
        ["Source"] = mount.Source,
        ["Destination"] = mount.Destination,
        ["Mode"] = IsReadOnly(mount) ? "ro" : "",
        ["RW"] = !IsReadOnly(mount),
        ["Propagation"] =
            mount.Options.Find(option => option is "rprivate" or "private" or "rshared" or "shared" or "rslave" or "slave") ?? "rprivate",
    };

    private static bool IsReadOnly(OciMount mount) => mount.Options.Contains("ro") || mount.Options.Contains("rro");

    /// <summary>
    /// Parts of the host that each container has: its /sys, devices, resolv.conf; hosts in the container's own directory.
    /// </summary>
    private static bool IsEverywhere(OciMount mount, EngineContainer container)
    {
        string place = mount.Destination;
        bool isOurs = place is "/etc/hosts" or "/etc/hostname" or "/etc/resolv.conf" or "/sys" or "/proc"
            || place.StartsWith("/dev/", StringComparison.Ordinal) || place.StartsWith("/sys/", StringComparison.Ordinal);
        return isOurs && (mount.Source == place || mount.Source?.StartsWith(container.Directory, StringComparison.Ordinal) == true);
    }
}
