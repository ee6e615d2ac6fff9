using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime.Spec;

namespace Minirun.Engine.Volumes;

/// <summary>
/// Owners of files in volumes of a container whose ids are others outside: who it does not have would be nobody in it, and no file of
/// nobody can be written. Its root takes their place.
/// </summary>
internal sealed class VolumeOwners(List<OciIdMapping>? uids, List<OciIdMapping>? gids)
{
    public uint Uid(uint outside) => Of(uids, outside);

    public uint Gid(uint outside) => Of(gids, outside);

    /// <summary>Gives an empty directory to the container's root if its owner is unknown there.</summary>
    public void Take(string directory)
    {
        using Fd fd = Fd.TryOpen(directory, fcntl.O_RDONLY | fcntl.O_DIRECTORY | fcntl.O_NOFOLLOW);
        if (!fd.IsOpen || !FileStatus.TryRead(fd, out statx status)) return;
        (uint uid, uint gid) = (Uid(status.stx_uid), Gid(status.stx_gid));
        if ((uid, gid) != (status.stx_uid, status.stx_gid) && VolumeCopyUp.IsEmpty(fd)) Inode.SetOwner(fd, uid, gid);
    }

    private static uint Of(List<OciIdMapping>? maps, uint outside)
    {
        uint root = outside;
        foreach (OciIdMapping map in maps ?? [])
        {
            if (outside >= map.HostID && outside - map.HostID < map.Size) return outside;
            if (map.ContainerID == 0) root = map.HostID;
        }
        return root;
    }
}
