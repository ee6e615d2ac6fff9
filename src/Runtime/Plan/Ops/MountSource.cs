using Minirun.Runtime.Namespaces;
using Minirun.Runtime.Spec;
using static Minirun.Runtime.Plan.Ops.Strace;

namespace Minirun.Runtime.Plan.Ops;

/// <summary>The source of a bind mount that fork-news itself could not open, or not with what is asked for.</summary>
public sealed class MountSource
{
    public required string Path { get; init; }

    /// <summary>Which mount of the document it is for.</summary>
    public required int Index { get; init; }
    public bool Recursive { get; init; }
    public bool NoFollow { get; init; }

    /// <summary>minirun itself clones the mount, detached, and maps its ids; else the child opens the place.</summary>
    public bool Detached { get; init; }

    /// <summary>
    /// fork-news clones the mount when its turn comes, and minirun then maps its ids: an earlier mount of the document makes the source.
    /// </summary>
    public bool MapsLater { get; init; }

    /// <summary>The id maps of the clone.</summary>
    public List<OciIdMapping> Uids { get; init; } = [];
    public List<OciIdMapping> Gids { get; init; } = [];

    /// <summary>Or the user namespace that has them.</summary>
    public string? UserNamespace { get; init; }

    public bool MapsIds => Uids.Count > 0 || UserNamespace is not null;

    /// <summary>The ids of the whole tree are mapped.</summary>
    public bool MapsTree { get; init; }

    /// <summary>It is the sysfs of this network namespace, which is mounted for it.</summary>
    public string? Network { get; init; }

    /// <summary>The descriptor that fork-news finds it at; known before the child is cloned.</summary>
    public int Fd { get; set; }

    /// <summary>It is no mount of the document, but a device node of the container's own.</summary>
    public DeviceNode? Node { get; init; }

    /// <summary>What was done with it before a bind takes it, in a word.</summary>
    internal string Way => this switch
    {
        { MapsIds: true } => "idmapped ",
        { Network: not null } => "joined ",
        { Detached: true } => "cloned ",
        _ => "opened ",
    };

    /// <summary>How minirun makes it, in the way of strace(1).</summary>
    internal string MakingCall => this switch
    {
        { Node: { } node } => $"mknod(tmpfs{Path}, 0{Convert.ToString(node.Mode, 8)}, {node.Number}); chown({node.Uid}, {node.Gid}); "
            + $"open_tree(tmpfs{Path}, OPEN_TREE_CLONE) = fd",
        { Network: { } network } => $"setns({Quote(network)}, CLONE_NEWNET); fsmount(\"sysfs\") = fd",
        _ => $"open_tree({Quote(Path)}, OPEN_TREE_CLONE{(Recursive ? "|AT_RECURSIVE" : "")}) = fd" + (MapsIds ? "; " + MappingCall : ""),
    };

    /// <summary>How its ids are mapped.</summary>
    internal string MappingCall
    {
        get
        {
            string maps = UserNamespace is { } space ? Quote(space) : $"uids {Quote(IdMap.Format(Uids))}, gids {Quote(IdMap.Format(Gids))}";
            return $"mount_setattr(fd, MOUNT_ATTR_IDMAP, {maps}{(MapsTree ? ", AT_RECURSIVE" : "")})";
        }
    }
}
