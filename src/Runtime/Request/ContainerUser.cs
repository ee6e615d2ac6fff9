using Minirun.Linux;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Request;

/// <summary>The user a command runs as, by the root file system's own /etc/passwd and /etc/group (passwd(5), group(5)).</summary>
/// <param name="Uid">User id inside.</param>
/// <param name="Gid">Group id inside.</param>
/// <param name="Home">Home directory; null when it has not been looked up.</param>
/// <param name="Groups">Supplementary groups; null to leave the caller's.</param>
public sealed record ContainerUser(uint Uid, uint Gid, string? Home, List<uint>? Groups)
{
    public static ContainerUser Find(RunOptions options, string rootfs, Host host, ulong namespaces)
    {
        string? wanted = options.User;
        if (wanted is null && options.UserNs is ["keep-id"] && (namespaces & sched.CLONE_NEWUSER) != 0)
            return new(host.Uid, host.Gid, null, null);
        if (wanted is null && (namespaces & sched.CLONE_NEWUSER) == 0) wanted = $"{host.Uid}:{host.Gid}";
        if (wanted is null && options.GroupAdd.Count == 0) return new(0, 0, null, []);
        return Parse(wanted ?? "0", options.GroupAdd, Passwd(rootfs, host), host.ReadInside(rootfs, "/etc/group"));
    }

    /// <summary>USER[:GROUP], each a name or a number. Digits are always a number, whatever names passwd has (CVE-2016-3697).</summary>
    /// <exception cref="UserError">The user or group is not there, or is no proper number.</exception>
    public static ContainerUser Parse(string text, IReadOnlyList<string> groupAdd, string? passwd, string? group)
    {
        string[] parts = text.Split(':');
        if (parts.Length > 2 || parts[0].Length == 0 || (parts.Length == 2 && parts[1].Length == 0))
            throw new UserError($"--user '{text}': not USER or USER:GROUP",
                "write a name or number for each, such as -u 1000:1000 or -u www-data");
        string[]? entry = Entry(passwd, parts[0], "user", text, 7);
        uint uid = entry is null ? Number(parts[0], "user", text) : Number(entry[2], "user", text);
        string name = entry?[0] ?? "";
        uint gid = entry is null ? 0 : Number(entry[3], "group", text);
        if (parts.Length == 2) gid = Group(group, parts[1], text);
        // As docker has it: the groups that list the user count, unless a group was named.
        List<uint> groups = parts.Length == 2 || name.Length == 0 ? [] : MemberOf(group, name);
        foreach (string extra in groupAdd) groups.Add(Group(group, extra, extra, "--group-add"));
        return new(uid, gid, entry is { } found && found[5].Length > 0 ? found[5] : uid == 0 ? "/root" : "/", [.. groups.Distinct()]);
    }

    /// <summary>The home directory, by the root file system's passwd.</summary>
    public string FindHome(string rootfs, Host host) => Home ?? HomeOf(Passwd(rootfs, host), Uid) ?? (Uid == 0 ? "/root" : "/");

    private static string? Passwd(string rootfs, Host host) => host.ReadInside(rootfs, "/etc/passwd");

    internal static string? HomeOf(string? passwd, uint uid) =>
        ById(passwd, uid, 7) is { } entry && entry[5].StartsWith('/') ? entry[5] : null;

    private static uint Group(string? groups, string text, string asked, string flag = "--user") =>
        Entry(groups, text, "group", asked, 4, flag) is { } entry
            ? Number(entry[2], "group", asked, flag)
            : Number(text, "group", asked, flag);

    /// <summary>The line of a name or number; null for a number without one.</summary>
    private static string[]? Entry(string? file, string key, string kind, string asked, int fields, string flag = "--user")
    {
        if (StrictNumber.LooksNumeric(key)) return ById(file, Number(key, kind, asked, flag), fields);
        foreach (string[] entry in Lines(file, fields))
            if (entry[0] == key) return entry;
        string path = kind == "user" ? "/etc/passwd" : "/etc/group";
        string why = file is null
            ? $"the root file system's {path} is not there, or cannot be read now"
            : $"no {kind} '{key}' in the root file system's {path}";
        throw new UserError($"{flag} '{asked}': {why}", "use a number, or a root file system that has the name");
    }

    private static string[]? ById(string? file, uint id, int fields)
    {
        foreach (string[] entry in Lines(file, fields))
            if (StrictNumber.TryParse(entry[2], out uint found) && found == id) return entry;
        return null;
    }

    private static List<uint> MemberOf(string? groups, string name)
    {
        List<uint> found = [];
        foreach (string[] entry in Lines(groups, 4))
            if (entry[3].Split(',').Contains(name) && StrictNumber.TryParse(entry[2], out uint gid)) found.Add(gid);
        return found;
    }

    private static IEnumerable<string[]> Lines(string? file, int fields)
    {
        foreach (string line in (file ?? "").Split('\n'))
            if (line.Split(':') is { } entry && entry.Length == fields) yield return entry;
    }

    private static uint Number(string text, string kind, string asked, string flag = "--user") =>
        StrictNumber.TryParse(text, out uint value)
        ? value
        : throw new UserError($"{flag} '{asked}': '{text}' is not a {kind} id", "ids are decimal, 0 to 4294967294, without sign or spaces");
}
