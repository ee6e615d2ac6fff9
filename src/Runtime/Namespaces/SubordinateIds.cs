using Minirun.Linux;

namespace Minirun.Runtime.Namespaces;

/// <summary>A user's ranges in /etc/subuid and /etc/subgid (subuid(5)), which newuidmap(1) and newgidmap(1) let it use.</summary>
public sealed record SubordinateIds(uint FirstUid, uint UidCount, uint FirstGid, uint GidCount, string NewUidMap, string NewGidMap)
{
    /// <summary>What a user has; null when a range or a tool is missing, or the tools would have no powers.</summary>
    public static SubordinateIds? Find(uint uid)
    {
        // Under no_new_privs the tools' set-user-ID bits and file capabilities have no effect (prctl(2)).
        if (sys_syscall.syscall(sys_syscall.SYS_prctl, sys_prctl.PR_GET_NO_NEW_PRIVS) == 1) return null;
        if (FindTool("newuidmap") is not { } newuidmap || FindTool("newgidmap") is not { } newgidmap) return null;
        return Ranges(uid) is not ({ } uids, { } gids) ? null : new SubordinateIds(uids.First, uids.Count, gids.First, gids.Count, newuidmap, newgidmap);
    }

    /// <summary>The first range of a user, named by login or by number, in the text of a subuid file: <c>name:first:count</c> a line.</summary>
    public static (uint First, uint Count)? Parse(string text, string? name, uint uid)
    {
        foreach (string line in text.Split('\n'))
        {
            string[] fields = line.Split(':');
            if (fields.Length != 3 || (fields[0] != name && fields[0] != uid.ToString())) continue;
            if (uint.TryParse(fields[1], out uint first) && uint.TryParse(fields[2], out uint count) && count > 0) return (first, count);
        }
        return null;
    }

    /// <summary>The first range in each file; null for a file that has none for the user.</summary>
    internal static ((uint First, uint Count)? Uids, (uint First, uint Count)? Gids) Ranges(uint uid)
    {
        string? name = UserName(uid);
        return (Range("/etc/subuid", name, uid), Range("/etc/subgid", name, uid));
    }

    private static (uint First, uint Count)? Range(string path, string? name, uint uid) =>
        File.Exists(path) ? Parse(File.ReadAllText(path), name, uid) : null;

    private static string? UserName(uint uid)
    {
        foreach (string line in File.ReadLines("/etc/passwd"))
        {
            string[] fields = line.Split(':');
            if (fields.Length > 2 && fields[2] == uid.ToString()) return fields[0];
        }
        return null;
    }

    internal static string? FindTool(string name)
    {
        foreach (string directory in (string[])["/usr/bin/", "/bin/", "/usr/local/bin/"])
            if (File.Exists(directory + name)) return directory + name;
        return null;
    }
}
