using Minirun.Runtime.Spec;

namespace Minirun.Engine.Copying;

/// <summary>Owners as a container sees them, and as they are on the host: what its user namespace maps (user_namespaces(7)).</summary>
public sealed class IdView(List<OciIdMapping>? uids, List<OciIdMapping>? gids)
{
    /// <summary>Of the host, or of a container without a user namespace.</summary>
    public static readonly IdView Same = new(null, null);

    private const uint Nobody = 65534;

    public (uint Uid, uint Gid) Inside(uint uid, uint gid) => (Inside(uids, uid), Inside(gids, gid));

    /// <summary>Who the container does not have is its root.</summary>
    public (uint Uid, uint Gid) Outside(uint uid, uint gid) => (Outside(uids, uid), Outside(gids, gid));

    private static uint Inside(List<OciIdMapping>? maps, uint id)
    {
        foreach (OciIdMapping map in maps ?? [])
            if (id >= map.HostID && id - map.HostID < map.Size) return map.ContainerID + (id - map.HostID);
        return maps is null or [] ? id : Nobody;
    }

    private static uint Outside(List<OciIdMapping>? maps, uint id)
    {
        uint root = id;
        foreach (OciIdMapping map in maps ?? [])
        {
            if (id >= map.ContainerID && id - map.ContainerID < map.Size) return map.HostID + (id - map.ContainerID);
            if (map.ContainerID == 0) root = map.HostID;
        }
        return root;
    }
}
