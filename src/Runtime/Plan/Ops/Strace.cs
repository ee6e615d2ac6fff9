using System.Text;
using Minirun.Linux;
using Minirun.Plan;
using Minirun.Runtime.Security;

namespace Minirun.Runtime.Plan.Ops;

/// <summary>The parts of an operation's calls, in the way of strace(1).</summary>
public static class Strace
{
    /// <summary>A string in quotes, with what does not print escaped.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (char c in text)
            quoted.Append(c switch
            {
                '\n' => "\\n",
                '"' => "\\\"",
                '\\' => "\\\\",
                _ when char.IsControl(c) => $"\\{Convert.ToString(c, 8)}",
                _ => c,
            });
        return quoted.Append('"').ToString();
    }

    internal static string Quote(IEnumerable<string> texts) => string.Join(", ", texts.Select(Quote));

    /// <summary>stdin, stdout and stderr, a bit each.</summary>
    internal static string Streams(long set) => string.Join(", ", Enumerable.Range(0, 3).Where(fd => (set >> fd & 1) != 0));

    /// <summary>The options of a file system, each closed by a zero.</summary>
    internal static string Data(string? options) =>
        options is null ? "" : ", " + Quote(options.TrimEnd('\0').Replace('\0', ','));

    internal static string Limit(ulong value) => value == ulong.MaxValue ? "RLIM64_INFINITY" : ((long)value).ToString();

    internal static string Capabilities(ulong set) =>
        set == 0 ? "none" : set == capability.All ? "all" : string.Join('|', CapabilitySet.Names(set));

    /// <summary>mount_setattr(2) for all that is to change.</summary>
    internal static string Change(in MountChange change, OpFlags flags)
    {
        bool all = (flags & OpFlags.PropagationRecursive) != 0;
        return Set(change.TreeSet, change.TreeClear, all ? change.Propagation : 0, "|AT_RECURSIVE")
            + Set(change.Set, change.Clear, all ? 0 : change.Propagation, "");
    }

    internal static string Set(long set, long clear, long propagation, string tree)
    {
        if ((set | clear | propagation) == 0) return "";
        List<string> parts = [];
        if (set != 0) parts.Add(Attributes(set));
        if (clear != 0) parts.Add("~" + Attributes(clear));
        if (propagation != 0) parts.Add(Propagation(propagation));
        return $"; mount_setattr({string.Join(", ", parts)}{tree})";
    }

    internal static string Attributes(long flags)
    {
        List<string> names = [];
        if ((flags & sys_mount.MOUNT_ATTR_RDONLY) != 0) names.Add("MOUNT_ATTR_RDONLY");
        if ((flags & sys_mount.MOUNT_ATTR_NOSUID) != 0) names.Add("MOUNT_ATTR_NOSUID");
        if ((flags & sys_mount.MOUNT_ATTR_NODEV) != 0) names.Add("MOUNT_ATTR_NODEV");
        if ((flags & sys_mount.MOUNT_ATTR_NOEXEC) != 0) names.Add("MOUNT_ATTR_NOEXEC");
        if (flags == sys_mount.MOUNT_ATTR__ATIME) return "MOUNT_ATTR__ATIME";
        if ((flags & sys_mount.MOUNT_ATTR__ATIME) == sys_mount.MOUNT_ATTR__ATIME)
            return Attributes(flags & ~sys_mount.MOUNT_ATTR__ATIME) + "|MOUNT_ATTR__ATIME";
        if ((flags & sys_mount.MOUNT_ATTR_NOATIME) != 0) names.Add("MOUNT_ATTR_NOATIME");
        if ((flags & sys_mount.MOUNT_ATTR_STRICTATIME) != 0) names.Add("MOUNT_ATTR_STRICTATIME");
        if ((flags & sys_mount.MOUNT_ATTR_NODIRATIME) != 0) names.Add("MOUNT_ATTR_NODIRATIME");
        if ((flags & sys_mount.MOUNT_ATTR_NOSYMFOLLOW) != 0) names.Add("MOUNT_ATTR_NOSYMFOLLOW");
        return names.Count == 0 ? "0" : string.Join('|', names);
    }

    internal static string Propagation(long flags) => flags switch
    {
        sys_mount.MS_PRIVATE => "MS_PRIVATE",
        sys_mount.MS_SLAVE => "MS_SLAVE",
        sys_mount.MS_SHARED => "MS_SHARED",
        _ => "MS_UNBINDABLE",
    };

    internal static string Tree(OpFlags flags) => (flags & OpFlags.PropagationRecursive) != 0 ? ", AT_RECURSIVE" : "";
}
