using System.Text;
using Minirun.Linux;
using Minirun.Runtime.Mounts;
using Minirun.Runtime.Namespaces;
using Minirun.Runtime.Request;

namespace Minirun.Runtime.Plan;

/// <summary>What a new file system is configured with.</summary>
internal static class FileSystemData
{
    /// <summary>fsconfig(2) takes a value of at most so many bytes.</summary>
    private const int LongestValue = 255;

    /// <summary>The options, each closed by a zero.</summary>
    public static string Of(ContainerSpec spec, Host host, string type, MountOptions options)
    {
        string data = type == "devpts" ? WithoutUnknownGroup(spec, host, options.Data) : options.Data;
        if (options.SuperBlock.Length > 0) data = options.SuperBlock + data;
        // A disk that is to be read-only must not have its journal replayed; what lives in memory has no such state.
        if ((options.Set & sys_mount.MOUNT_ATTR_RDONLY) != 0
            && type is not ("tmpfs" or "proc" or "sysfs" or "devpts" or "mqueue" or "cgroup" or "cgroup2" or "overlay"))
            data = "ro\0" + data;
        if (spec.Oci.Linux.MountLabel is { Length: > 0 } label && type is not ("proc" or "sysfs" or "mqueue" or "cgroup" or "cgroup2"))
            data += host.HasSelinux
                ? $"context={label}\0"
                : throw new UserError("linux.mountLabel: SELinux is not enabled on this machine", "leave it out");
        return data;
    }

    public static bool IsTooLong(string data)
    {
        if (data.Length <= LongestValue / 4) return false;   // whatever its bytes are
        foreach (string option in data.Split('\0'))
            if (Encoding.UTF8.GetByteCount(option) - option.IndexOf('=') - 1 > LongestValue) return true;
        return false;
    }

    /// <summary>The MS_ flags of mount(2) for MOUNT_ATTR_ flags.</summary>
    public static long ClassicFlags(long attributes)
    {
        long flags = attributes
            & (sys_mount.MOUNT_ATTR_RDONLY | sys_mount.MOUNT_ATTR_NOSUID | sys_mount.MOUNT_ATTR_NODEV | sys_mount.MOUNT_ATTR_NOEXEC);
        if ((attributes & sys_mount.MOUNT_ATTR_NOATIME) != 0) flags |= sys_mount.MS_NOATIME;
        if ((attributes & sys_mount.MOUNT_ATTR_STRICTATIME) != 0) flags |= sys_mount.MS_STRICTATIME;
        if ((attributes & sys_mount.MOUNT_ATTR_NODIRATIME) != 0) flags |= sys_mount.MS_NODIRATIME;
        if ((attributes & sys_mount.MOUNT_ATTR_NOSYMFOLLOW) != 0) flags |= sys_mount.MS_NOSYMFOLLOW;
        return flags;
    }

    /// <summary>Every client asks for gid=5, tty's; in a user namespace without a group 5 the kernel refuses it.</summary>
    private static string WithoutUnknownGroup(ContainerSpec spec, Host host, string data)
    {
        if (!data.Contains("gid=", StringComparison.Ordinal)) return data;
        StringBuilder kept = new();
        foreach (string option in data.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            bool unknown = option.StartsWith("gid=", StringComparison.Ordinal) && uint.TryParse(option["gid=".Length..], out uint gid)
                && !HasGroup(spec, host, gid);
            if (!unknown) kept.Append(option).Append('\0');
        }
        return kept.ToString();
    }

    private static bool HasGroup(ContainerSpec spec, Host host, uint gid)
    {
        if (spec.Has(sched.CLONE_NEWUSER)) return IdMap.HasInside(spec.Oci.Linux.GidMappings ?? [], gid);
        if (spec.Joins(sched.CLONE_NEWUSER)) return true;
        foreach (IdMap map in host.OwnGidMap)
            if (gid >= map.Inside && gid - map.Inside < map.Size) return true;
        return false;
    }
}
