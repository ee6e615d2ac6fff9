using Minirun.Linux;
using Minirun.Runtime.Namespaces;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Request;

/// <summary>The id maps of the user namespace, and who may write them (user_namespaces(7)).</summary>
internal sealed record IdMapChoice(List<OciIdMapping>? Uids, List<OciIdMapping>? Gids, SubordinateIds? Tools, bool CanSetGroups,
    string Reason)
{
    private const ulong NeedsToMapAll = 1UL << 6 /* CAP_SETGID */ | 1UL << 7 /* CAP_SETUID */ | 1UL << 31 /* CAP_SETFCAP, to map 0 */;

    public static IdMapChoice Choose(RunOptions options, Host host, ulong namespaces, ContainerUser user)
    {
        if ((namespaces & sched.CLONE_NEWUSER) == 0)
            return new(null, null, null, CanSetGroups: (host.Capabilities & 1UL << 6) != 0 && !host.DeniesSetgroups,
                "no user namespace: ids are the host's");
        IdMapChoice choice = options.UserNs switch
        {
            [] when options.SharedIds is { } shared => Shared(shared, host),
            [] or ["auto"] => Auto(host, user),
            ["keep-id"] => KeepId(host, user),
            ["single"] => Single(host, user.Uid, user.Gid, "asked for with --userns single"),
            _ => Explicit(options.UserNs, host),
        };
        if (choice.CanSetGroups && host.DeniesSetgroups)
            choice = choice with { CanSetGroups = false, Reason = choice.Reason + "; setgroups is denied, as it is where minirun runs" };
        Verify(choice.Uids!, user.Uid, "user");
        Verify(choice.Gids!, user.Gid, "group");
        foreach (uint group in choice.CanSetGroups ? user.Groups ?? [] : []) Verify(choice.Gids!, group, "group");
        return choice;
    }

    private static bool CanMapAll(Host host) => (host.Capabilities & NeedsToMapAll) == NeedsToMapAll;

    private static IdMapChoice Auto(Host host, ContainerUser user)
    {
        if (CanMapAll(host))
            return new(Identity(host.OwnUidMap), Identity(host.OwnGidMap), null, true,
                "root: every id maps to itself; root inside is root outside, held by the other namespaces and capabilities only");
        if (host.SubordinateIds is { } ranges)
            return new(WithRange(host.Uid, ranges.FirstUid, ranges.UidCount), WithRange(host.Gid, ranges.FirstGid, ranges.GidCount), ranges,
                true,
                $"you are 0 inside; 1 and up are your {ranges.UidCount} ids from /etc/subuid, written by newuidmap");
        return Single(host, user.Uid, user.Gid, "no range in /etc/subuid and /etc/subgid, no newuidmap, or no_new_privs set by the caller");
    }

    /// <summary>With one id that its maker mapped alone, setgroups(2) was denied for good.</summary>
    private static IdMapChoice Shared(IdMaps shared, Host host) =>
        new(shared.Uids, shared.Gids, null, CanMapAll(host) || shared.Uids is not [{ Size: 1 }],
            "those of the user namespace that is shared");

    private static IdMapChoice KeepId(Host host, ContainerUser user)
    {
        if (CanMapAll(host)) return Auto(host, user);
        if (host.SubordinateIds is { } ranges && ranges.UidCount > host.Uid && ranges.GidCount > host.Gid)
            return new(Around(host.Uid, ranges.FirstUid, ranges.UidCount), Around(host.Gid, ranges.FirstGid, ranges.GidCount), ranges, true,
                "you keep your id inside; the ids below and above it are from /etc/subuid");
        return Single(host, user.Uid, user.Gid, "you keep your id inside, alone: no usable range in /etc/subuid");
    }

    /// <summary>One id, which an unprivileged process may map by itself; the kernel wants setgroups(2) denied for it.</summary>
    private static IdMapChoice Single(Host host, uint uid, uint gid, string why) =>
        new([new() { ContainerID = uid, HostID = host.Uid, Size = 1 }], [new() { ContainerID = gid, HostID = host.Gid, Size = 1 }], null,
            false,
            $"one id only, setgroups denied: {why}");

    private static IdMapChoice Explicit(List<string> maps, Host host)
    {
        List<OciIdMapping> parsed = [.. maps.Select(ParseMap)];
        if (CanMapAll(host)) return new(parsed, parsed, null, true, "as given by --userns");
        if (parsed is [{ Size: 1 } only] && only.HostID == host.Uid)
            return new(parsed, [new() { ContainerID = only.ContainerID, HostID = host.Gid, Size = 1 }], null, false,
                "as given by --userns; one id, setgroups denied");
        if (host.SubordinateIds is not { } ranges)
            throw new UserError(
                "--userns: an ordinary user can map more than the own id only with newuidmap and a range in /etc/subuid and /etc/subgid",
                "install uidmap and ask root for `usermod --add-subuids 100000-165535 --add-subgids 100000-165535 USER`, or use --userns "
                    + "single");
        return new(parsed, parsed, ranges, true, "as given by --userns, written by newuidmap");
    }

    private static List<OciIdMapping> Identity(IReadOnlyList<IdMap> own)
    {
        var maps = new List<OciIdMapping>();
        foreach (IdMap map in own as IdMap[] ?? [.. own])
            maps.Add(new() { ContainerID = map.Inside, HostID = map.Inside, Size = map.Size });
        return maps;
    }

    private static List<OciIdMapping> WithRange(uint id, uint first, uint count) =>
        [new() { ContainerID = 0, HostID = id, Size = 1 }, new() { ContainerID = 1, HostID = first, Size = count }];

    private static List<OciIdMapping> Around(uint id, uint first, uint count)
    {
        List<OciIdMapping> maps = [];
        if (id > 0) maps.Add(new() { ContainerID = 0, HostID = first, Size = id });
        maps.Add(new() { ContainerID = id, HostID = id, Size = 1 });
        if (count > id) maps.Add(new() { ContainerID = id + 1, HostID = first + id, Size = count - id });
        return maps;
    }

    /// <summary>INSIDE:OUTSIDE:SIZE.</summary>
    private static OciIdMapping ParseMap(string text)
    {
        string[] parts = text.Split(':');
        if (parts.Length == 3 && StrictNumber.TryParse(parts[0], out uint inside) && StrictNumber.TryParse(parts[1], out uint outside)
            && StrictNumber.TryParse(parts[2], out uint size) && size > 0)
            return new() { ContainerID = inside, HostID = outside, Size = size };
        throw new UserError($"--userns: '{text}' is neither host, auto, keep-id, single nor a map",
            "a map is INSIDE:OUTSIDE:SIZE, such as 0:100000:65536");
    }

    private static void Verify(List<OciIdMapping> maps, uint id, string kind)
    {
        if (!IdMap.HasInside(maps, id))
            throw new UserError($"{kind} {id} does not exist in the user namespace, which maps {string.Join(", ", maps.Select(Describe))}",
                "choose an id that is mapped, or another map with --userns (docs/namespaces.md)");
    }

    private static string Describe(OciIdMapping map) =>
        map.Size == 1 ? $"{map.ContainerID} alone" : $"{map.ContainerID} to {map.ContainerID + (map.Size - 1)}";
}
