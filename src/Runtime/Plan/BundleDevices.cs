using Minirun.Plan;
using Minirun.Linux;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>
/// The /dev of a bundle's container: the devices and links that every container has (config-linux.md, "Default Devices") and those of
/// linux.devices. A /dev that is bound from elsewhere is left as it is.
/// </summary>
internal sealed class BundleDevices(ContainerSpec spec, Host host, ContainerPlan plan, BundleMounts mounts)
{
    private static readonly (string Name, int Major, int Minor)[] s_default =
        [("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9), ("tty", 5, 0)];

    private static readonly (string Target, string Name)[] s_links =
        [("/proc/self/fd", "fd"), ("/proc/self/fd/0", "stdin"), ("/proc/self/fd/1", "stdout"), ("/proc/self/fd/2", "stderr")];

    public static long Number(long major, long minor) => major << 32 | (uint)minor;

    public void Add()
    {
        if (mounts.DevIsBound) return;
        if (!mounts.HasDev)
            plan.Add(new()
            {
                Name = "dev",
                Code = OpCode.OpenDev,
                S2 = "dev",
                Flags = OpFlags.Ordinary,
                Path = "/dev",
                Why = "nothing is mounted on /dev, so the root file system's own gets the devices"
            });
        foreach (var (name, major, minor) in s_default)
            if (!IsGiven("/dev/" + name))
                AddDevice(
                    new OciDevice { Path = "/dev/" + name, Type = "c", Major = major, Minor = minor, FileMode = DeviceNode.DefaultMode },
                    "programs expect this device");
        for (int i = 0; i < (spec.Oci.Linux.Devices?.Count ?? 0); i++)
        {
            OciDevice device = spec.Oci.Linux.Devices![i];
            string path = BundleMounts.Clean(device.Path);
            if (device.Path.Length == 0 || path == "/dev/ptmx") continue;   // for the cgroup alone; the link below
            if (path == "/") throw new UserError($"linux.devices[{i}].path: '{device.Path}' is no place for a device", "such as /dev/fuse");
            AddDevice(device, "as linux.devices says", i);
        }
        AddLink("pts/ptmx", "ptmx", replace: true);
        foreach (var (target, name) in s_links) AddLink(target, name, replace: false);
        if (host.Exists("/proc/kcore")) AddLink("/proc/kcore", "core", replace: false);
        plan.Add(NullStdio());
    }

    public static Operation NullStdio() => new()
    {
        Name = "null-stdio",
        Code = OpCode.NullStdio,
        Path = "/dev/null",
        Why = "stdin, stdout or stderr that is the host's /dev/null becomes the container's own (CVE-2026-88265)",
        IfLeftOut = "root inside may change the mode of the host's /dev/null, when that is its stdin, stdout or stderr",
    };

    private void AddDevice(OciDevice device, string why, int index = -1)
    {
        string path = BundleMounts.Clean(device.Path);
        int type = device.Type switch
        {
            "c" or "u" => sys_stat.S_IFCHR,
            "b" => sys_stat.S_IFBLK,
            "p" => sys_stat.S_IFIFO,
            var other => throw new UserError($"linux.devices[{index}].type: unknown type '{other}'", "it is c, b, u or p"),
        };
        bool isNode = type != sys_stat.S_IFIFO;
        MountSource? own = plan.Nodes?.GetValueOrDefault(index);
        plan.Add(new()
        {
            Name = path[1..],
            Code = OpCode.Device,
            S1 = path,
            S2 = mounts.Target(path),
            A = (uint)type | (device.FileMode ?? DeviceNode.DefaultMode) & 0xfff,
            B = device.Uid ?? 0,
            C = device.Gid ?? 0,
            D = isNode ? Number(device.Major, device.Minor) : 0,
            E = !isNode || !mounts.InUserNamespace ? 0 : own is null ? 1 : 2,
            Source = own,
            Flags = mounts.At(path),
            Path = path,
            Place = index < 0 ? null : $"linux.devices[{index}]",
            Why = why,
        });
    }

    private void AddLink(string target, string name, bool replace) => plan.Add(new()
    {
        Name = "dev/" + name,
        Code = OpCode.Symlink,
        S1 = target,
        S2 = name,
        A = replace ? 1 : 0,
        Flags = OpFlags.MayExist,
        Path = "/dev/" + name,
        Why = "programs expect this name",
    });

    private bool IsGiven(string path) => spec.Oci.Linux.Devices?.Exists(device => BundleMounts.Clean(device.Path) == path) == true;
}
