using Minirun.Linux;
using Minirun.Runtime.Namespaces;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>
/// Who the cloned child has to be when it executes fork-news. execve gives capabilities to id 0 only; an id that is not
/// mapped has none after it, unless they are ambient.
/// </summary>
public sealed record LaunchUser(uint Uid, uint Gid, bool MustChange, bool MustKeepCapabilities)
{
    public static LaunchUser Of(ContainerSpec spec, Host host)
    {
        // Whoever enters a user namespace has all its capabilities until execve; which ids it has is known inside only.
        if (spec.Joins(sched.CLONE_NEWUSER)) return new(0, 0, true, true);
        if (spec.Oci.Linux.UidMappings is not { } uids || spec.Oci.Linux.GidMappings is not { } gids)
            return new(host.Uid, host.Gid, false, false);
        uint uid = Choose(uids, host.Uid), gid = Choose(gids, host.Gid);
        bool change = IdMap.ToInside(uids, host.Uid) != uid || IdMap.ToInside(gids, host.Gid) != gid;
        return new(uid, gid, change, uid != 0);
    }

    private static uint Choose(List<OciIdMapping> maps, uint own) =>
        IdMap.HasInside(maps, 0) ? 0 : IdMap.ToInside(maps, own) ?? maps[0].ContainerID;
}
