using Minirun.Runtime.Namespaces;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Request;

/// <summary>The id maps of a user namespace (user_namespaces(7)), in the order of the ids inside.</summary>
public sealed class IdMaps(List<OciIdMapping> uids, List<OciIdMapping> gids)
{
    public List<OciIdMapping> Uids { get; } = Sort(uids);
    public List<OciIdMapping> Gids { get; } = Sort(gids);

    /// <summary>Those of a document; null: it has no user namespace.</summary>
    public static IdMaps? From(OciSpec oci) =>
        oci.Linux.Namespaces.Exists(each => each.Type == "user") ? new(oci.Linux.UidMappings ?? [], oci.Linux.GidMappings ?? []) : null;

    /// <summary>What the kernel says in a process's uid_map and gid_map.</summary>
    public static IdMaps Parse(string uids, string gids) => new(Parse(uids), Parse(gids));

    public bool Equals(IdMaps other) => Format() == other.Format();

    /// <summary>For a person: the users' map, with the groups' where that differs.</summary>
    public override string ToString() => Format(Uids) == Format(Gids) ? Format(Uids) : $"{Format(Uids)}, groups {Format(Gids)}";

    private string Format() => Format(Uids) + "/" + Format(Gids);

    private static string Format(List<OciIdMapping> maps) =>
        string.Join(' ', maps.Select(map => $"{map.ContainerID}:{map.HostID}:{map.Size}"));

    private static List<OciIdMapping> Parse(string text) =>
        [.. IdMap.Parse(text).Select(map => new OciIdMapping { ContainerID = map.Inside, HostID = map.Outside, Size = map.Size })];

    private static List<OciIdMapping> Sort(List<OciIdMapping> maps) => [.. maps.OrderBy(map => map.ContainerID)];
}
