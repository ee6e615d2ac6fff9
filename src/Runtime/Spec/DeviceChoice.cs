using Minirun.Linux;

namespace Minirun.Runtime.Spec;

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
    public static OciResources? AddTo(RunOptions options, Host host)
    {
        if (options.Devices.Exists(text => DeviceFlag.Parse(text).IsNarrow)) options.Resources ??= new();
        bool isDocument = options.PrintSpec || options.Detach || options.Engine is not null;
        bool wanted = options.WantsCgroup || (isDocument && (options.Privileged || options.Devices.Count > 0));
        if (!wanted || Rules(options, host) is not { } rules) return options.Resources;
        // Without a limit a document has them all the same, for whoever makes a cgroup for it.
        OciResources resources = options.WantsCgroup ? options.Resources ??= new() : new();
        resources.Devices = rules;
        return resources;
    }

    private static List<OciDeviceRule>? Rules(RunOptions options, Host host)
    {
        bool root = host.Uid == 0 && !host.IsInUserNamespace;
        List<OciDeviceRule>? rules = root ? [new OciDeviceRule { Allow = options.Privileged, Access = "rwm" }] : null;
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
            if (options.Privileged && !device.IsNarrow) continue;
            rules.Add(new OciDeviceRule
            {
                Allow = !options.Privileged,
                Type = host.FileType(device.Source) == sys_stat.S_IFBLK ? "b" : "c",
                Major = major,
                Minor = minor,
                Access = options.Privileged ? device.Denied : device.Access,
            });
        }
        return rules;
    }
}
