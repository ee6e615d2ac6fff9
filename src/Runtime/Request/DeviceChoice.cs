using Minirun.Linux;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Request;

/// <summary>
/// linux.resources.devices of <c>run</c>: what every container may use, which the runtime adds, and what --device gives; all with
/// --privileged.
/// </summary>
internal static class DeviceChoice
{
    /// <summary>
    /// The limits, with rules for devices wherever there is a cgroup to keep them: in the foreground only for a limit, or for a device
    /// that is not given whole. Who is not root cannot have such rules.
    /// </summary>
    /// <exception cref="UserError">A rule that was asked for cannot be had.</exception>
    public static OciResources? AddTo(RunOptions options, Host host, ulong namespaces)
    {
        if (NeedsCgroup(options, host, namespaces)) options.Resources ??= new();
        if (options.Devices.Exists(text => DeviceFlag.Parse(text).IsNarrow)) options.Resources ??= new();
        bool isDocument = options.PrintSpec || options.IsMonitored;
        bool wanted = options.WantsCgroup || (isDocument && (options.Privileged || options.Devices.Count > 0));
        if (!wanted || Rules(options, host, namespaces) is not { } rules) return options.Resources;
        // Without a limit a document has them all the same, for whoever makes a cgroup for it.
        OciResources resources = options.WantsCgroup ? options.Resources ??= new() : new();
        resources.Devices = rules;
        return resources;
    }

    /// <summary>
    /// Whether --privileged opens whatever device node there is. As root with a user namespace it does not: the maker of a root file system
    /// could have put the host's disk in it.
    /// </summary>
    public static bool OpensAll(RunOptions options, Host host, ulong namespaces) =>
        options.Privileged && ((namespaces & sched.CLONE_NEWUSER) == 0 || !CgroupNeed.IsRoot(host));

    /// <summary>In the foreground, where root's container has no cgroup without a limit; in the background it always has one.</summary>
    private static bool NeedsCgroup(RunOptions options, Host host, ulong namespaces) =>
        options is { PrintSpec: false, IsMonitored: false } && CgroupNeed.Has(options, host, namespaces);

    private static List<OciDeviceRule>? Rules(RunOptions options, Host host, ulong namespaces)
    {
        bool root = CgroupNeed.IsRoot(host);
        // A cgroup cannot tell a volume's nodes from the others, which nodev keeps shut.
        bool isLocked = NeedsCgroup(options, host, namespaces) && (namespaces & sched.CLONE_NEWUSER) != 0;
        bool all = OpensAll(options, host, namespaces)
            || ((options.Privileged || isLocked) && options.Mounts.Exists(VolumeFlags.KeepsDevices));
        List<OciDeviceRule>? rules = root ? [new OciDeviceRule { Allow = all, Access = "rwm" }] : null;
        foreach (string text in options.Devices)
        {
            DeviceFlag device = DeviceFlag.Parse(text);
            if (!root && !device.IsNarrow) continue;
            device.CheckNode(host);
            if (rules is null)
                throw new UserError($"--device {text}: access narrower than rwm is kept by the devices cgroup, which takes root",
                    "leave the access away, or run it as root");
            (uint major, uint minor) = host.DeviceNumber(device.Source);
            if (device.IsNarrow && DeviceFlag.IsEverybodys(major, minor))
                throw new UserError($"--device {text}: access narrower than rwm cannot be had: every container may use this device",
                    "leave the access away");
            // Privileged, all are allowed already.
            if (all && !device.IsNarrow) continue;
            rules.Add(new OciDeviceRule
            {
                Allow = !all,
                Type = host.FileType(device.Source) == sys_stat.S_IFBLK ? "b" : "c",
                Major = major,
                Minor = minor,
                Access = all ? device.Denied : device.Access,
            });
        }
        return rules;
    }
}
