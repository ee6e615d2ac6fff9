using Minirun.Linux;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan.Ops;

/// <summary>
/// A device node that minirun makes for a container that cannot: as mknod(2) and chown(2) take it, with the ids that the container's have
/// outside.
/// </summary>
/// <param name="Mode">Type and mode.</param>
/// <param name="Number">Major and minor.</param>
/// <param name="Uid">Its owner outside.</param>
/// <param name="Gid">Its group outside.</param>
public readonly record struct DeviceNode(long Mode, long Number, uint Uid, uint Gid)
{
    /// <summary>Where the document says nothing: 0666.</summary>
    public const uint DefaultMode = 0x1b6;

    /// <summary>Null when the container's ids of its owner are not mapped, or when it is no device.</summary>
    public static DeviceNode? From(OciDevice device, OciLinux linux)
    {
        int type = device.Type switch { "c" or "u" => sys_stat.S_IFCHR, "b" => sys_stat.S_IFBLK, _ => 0 };
        if (type == 0 || Outside(device.Uid ?? 0, linux.UidMappings) is not { } uid
            || Outside(device.Gid ?? 0, linux.GidMappings) is not { } gid)
            return null;
        uint mode = (uint)type | (device.FileMode ?? DefaultMode) & 0xfff;
        return new(mode, sys_sysmacros.makedev((uint)device.Major, (uint)device.Minor), uid, gid);
    }

    private static uint? Outside(uint id, List<OciIdMapping>? maps)
    {
        foreach (OciIdMapping map in maps ?? [])
            if (id >= map.ContainerID && id - map.ContainerID < map.Size) return map.HostID + (id - map.ContainerID);
        return null;
    }
}
