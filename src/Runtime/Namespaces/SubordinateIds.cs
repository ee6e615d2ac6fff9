using System.Globalization;
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
        return Ranges(uid) is not ({ } uids, { } gids)
            ? null
            : new SubordinateIds(uids.First, uids.Count, gids.First, gids.Count, newuidmap, newgidmap);
    }

    /// <summary>
    /// The first range of a user, named by login or by number, in the text of a subuid file: <c>name:first:count</c> a line. The numbers
    /// are digits and nothing else: newuidmap takes 0100000 for octal, and we would ask it for what the user has not.
    /// </summary>
    public static (uint First, uint Count)? Parse(string text, string? name, uint uid)
    {
        foreach (string line in text.Split('\n'))
        {
            string[] fields = line.Split(':');
            if (fields.Length != 3 || (fields[0] != name && fields[0] != uid.ToString())) continue;
            if (Number(fields[1]) is { } first && Number(fields[2]) is { } count && count > 0 && count <= uint.MaxValue - first)
                return (first, count);
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
        Text(path) is { } text ? Parse(text, name, uid) : null;

    private static uint? Number(string text) =>
        (text.Length == 1 || !text.StartsWith('0')) && uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint number)
            ? number
            : null;

    /// <summary>Null for a file that is not there, or that we may not read: then the user has nothing.</summary>
    private static string? Text(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? UserName(uint uid)
    {
        foreach (string line in (Text("/etc/passwd") ?? "").Split('\n'))
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
