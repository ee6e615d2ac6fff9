using Minirun.Linux;
using Minirun.Runtime.Spec;
using static Minirun.Linux.sys_stat;

namespace Minirun.Engine.Volumes;

/// <summary>
/// Owners of files in volumes of a container whose ids are others outside: who it does not have would be nobody in it, and no file of
/// nobody can be written. Its root takes their place.
/// </summary>
internal sealed unsafe class VolumeOwners(List<OciIdMapping>? uids, List<OciIdMapping>? gids)
{
    public uint Uid(uint outside) => Of(uids, outside);

    public uint Gid(uint outside) => Of(gids, outside);

    /// <summary>Gives an empty directory to the container's root if its owner is unknown there.</summary>
    public void Take(string directory)
    {
        int fd = fcntl.open(directory, fcntl.O_RDONLY | fcntl.O_DIRECTORY | fcntl.O_NOFOLLOW | fcntl.O_CLOEXEC);
        if (fd < 0) return;
        statx status;
        if (statx_(fd, "", fcntl.AT_EMPTY_PATH, STATX_BASIC_STATS, &status) == 0
            && (Uid(status.stx_uid) != status.stx_uid || Gid(status.stx_gid) != status.stx_gid) && VolumeCopyUp.IsEmpty(fd))
            fixed (byte* itself = "\0"u8)
                sys_syscall.syscall(sys_syscall.SYS_fchownat, fd, (nint)itself, (nint)Uid(status.stx_uid), (nint)Gid(status.stx_gid),
                    fcntl.AT_EMPTY_PATH);
        unistd.close(fd);
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
