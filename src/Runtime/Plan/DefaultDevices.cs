using Minirun.Plan;
using Minirun.Linux;
using Minirun.Runtime.Request;

namespace Minirun.Runtime.Plan;

/// <summary>What a /dev of the container's own has in it.</summary>
internal static class DefaultDevices
{
    private static readonly (string Name, int Major, int Minor)[] s_devices =
        [("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9), ("tty", 5, 0)];

    private static readonly (string Target, string Name)[] s_links =
        [("/proc/self/fd", "fd"), ("fd/0", "stdin"), ("fd/1", "stdout"), ("fd/2", "stderr"), ("pts/ptmx", "ptmx")];

    public static void Add(ContainerPlan plan, ContainerSpec spec)
    {
        foreach (var (name, major, minor) in s_devices)
        {
            // A default at a place that the user gave to something else would be in the way.
            if (!spec.UserMounts.Contains("/dev/" + name)) plan.Add(new()
            {
                Name = "dev/" + name,
                Code = OpCode.Bind,
                S1 = "/dev/" + name,
                S2 = name,
                A = sys_mount.MOUNT_ATTR_RDONLY,
                D = Number(major, minor),
                Flags = OpFlags.File | OpFlags.InDev,
                Path = "/dev/" + name,
                Why = "mknod of a device is not allowed in a user namespace, so the host's node is bound: the right one, and nobody can "
                    + "change it",
                IfLeftOut = "there is no {path}",
            });
        }
        if (!spec.UserMounts.Contains("/dev/null")) plan.Add(BundleDevices.NullStdio());
        foreach (var (target, name) in s_links)
            plan.Add(new()
            {
                Name = "dev/" + name,
                Code = OpCode.Symlink,
                S1 = target,
                S2 = name,
                Path = "/dev/" + name,
                Why = "programs expect this name",
                IfLeftOut = "there is no {path}"
            });
    }

    public static long Number(int major, int minor) => (long)major << 32 | (uint)minor;
}
