using Minirun.Linux;
using Minirun.Plan;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>
/// What a container's /dev holds: the devices and links that every container has (config-linux.md, "Default Devices"), and those of
/// linux.devices. A /dev that is bound from elsewhere is left as it is.
/// </summary>
internal sealed class DevicePlan(ContainerSpec spec, Host host, ContainerPlan plan, DevPlace dev)
{
    private static readonly (string Name, int Major, int Minor)[] s_devices =
        [("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9), ("tty", 5, 0)];

    private static readonly (string Text, string Name)[] s_links = [("fd/0", "stdin"), ("fd/1", "stdout"), ("fd/2", "stderr")];

    /// <summary>Whether the container is in a user namespace, its own or ours: there nobody can make a device node (mknod(2)).</summary>
    private bool InUserNamespace => spec.Has(sched.CLONE_NEWUSER) || spec.Joins(sched.CLONE_NEWUSER) || host.IsInUserNamespace;

    /// <summary>On a /dev of our own that was just mounted: the host's nodes.</summary>
    public static void AddBound(ContainerPlan plan, ContainerSpec spec)
    {
        foreach (var (name, major, minor) in s_devices)
        {
            // A default at a place that the user gave to something else would be in the way.
            if (!spec.UserMounts.Contains("/dev/" + name)) plan.Add(new BindOp
            {
                Name = "dev/" + name,
                Source = "/dev/" + name,
                Target = name,
                Change = new() { Set = sys_mount.MOUNT_ATTR_RDONLY },
                Device = DeviceNumber.From(major, minor),
                Flags = OpFlags.File | OpFlags.InDev,
                Path = "/dev/" + name,
                Why = "mknod of a device is not allowed in a user namespace, so the host's node is bound: the right one, and nobody can "
                    + "change it",
                IfLeftOut = "there is no {path}",
            });
        }
        if (!spec.UserMounts.Contains("/dev/null")) plan.Add(new NullStdioOp());
        AddLink(plan, "/proc/self/fd", "fd");
        foreach (var (text, name) in s_links) AddLink(plan, text, name);
        AddLink(plan, "pts/ptmx", "ptmx");
    }

    /// <summary>When all is mounted: nodes, or what takes their place.</summary>
    public void Add()
    {
        if (dev.IsBound) return;
        if (!dev.IsOurs) plan.Add(new OpenDevOp
        {
            Name = "dev",
            Target = "dev",
            Flags = OpFlags.Ordinary,
            Path = "/dev",
            Why = "nothing is mounted on /dev, so the root file system's own gets the devices",
        });
        foreach (var (name, major, minor) in s_devices)
            if (!IsGiven("/dev/" + name))
                AddDevice(new OciDevice { Path = "/dev/" + name, Type = "c", Major = major, Minor = minor }, "programs expect this device");
        for (int i = 0; i < (spec.Oci.Linux.Devices?.Count ?? 0); i++)
        {
            OciDevice device = spec.Oci.Linux.Devices![i];
            string path = MountPaths.Clean(device.Path);
            if (device.Path.Length == 0 || path == "/dev/ptmx") continue;   // for the cgroup alone; the link below
            if (path == "/")
                throw new UserError($"linux.devices[{i}].path: '{device.Path}' is not a place for a device", "such as /dev/fuse");
            AddDevice(device, "as linux.devices says", i);
        }
        AddLink(plan, "pts/ptmx", "ptmx", OpFlags.MayExist, replaces: true);
        AddLink(plan, "/proc/self/fd", "fd", OpFlags.MayExist);
        foreach (var (text, name) in s_links) AddLink(plan, "/proc/self/" + text, name, OpFlags.MayExist);
        if (host.Exists("/proc/kcore")) AddLink(plan, "/proc/kcore", "core", OpFlags.MayExist);
        plan.Add(new NullStdioOp());
    }

    private void AddDevice(OciDevice device, string why, int index = -1)
    {
        string path = MountPaths.Clean(device.Path);
        int type = device.Type switch
        {
            "c" or "u" => sys_stat.S_IFCHR,
            "b" => sys_stat.S_IFBLK,
            "p" => sys_stat.S_IFIFO,
            var other => throw new UserError($"linux.devices[{index}].type: unknown type '{other}'", "it is c, b, u or p"),
        };
        bool isNode = type != sys_stat.S_IFIFO;
        MountSource? own = plan.Nodes?.GetValueOrDefault(index);
        plan.Add(new DeviceOp
        {
            Name = path[1..],
            Source = path,
            Target = dev.Target(path),
            Mode = (uint)type | (device.FileMode ?? DeviceNode.DefaultMode) & 0xfff,
            Uid = device.Uid ?? 0,
            Gid = device.Gid ?? 0,
            Number = isNode ? DeviceNumber.From(device.Major, device.Minor) : 0,
            Way = !isNode || !InUserNamespace ? DeviceWay.Make : own is null ? DeviceWay.BindHosts : DeviceWay.BindOwn,
            Prepared = own,
            Flags = dev.At(path),
            Path = path,
            Place = index < 0 ? null : $"linux.devices[{index}]",
            Why = why,
        });
    }

    private static void AddLink(ContainerPlan plan, string text, string name, OpFlags flags = OpFlags.None, bool replaces = false) =>
        plan.Add(new SymlinkOp
        {
            Name = "dev/" + name,
            Text = text,
            Target = name,
            Replaces = replaces,
            Flags = flags,
            Path = "/dev/" + name,
            Why = "programs expect this name",
            IfLeftOut = "there is no {path}",
        });

    private bool IsGiven(string path) => spec.Oci.Linux.Devices?.Exists(device => MountPaths.Clean(device.Path) == path) == true;
}
