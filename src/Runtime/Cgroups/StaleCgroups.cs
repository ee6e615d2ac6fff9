namespace Minirun.Runtime.Cgroups;

/// <summary>
/// The cgroups of <c>minirun run</c> have their maker in their name: pid, its start time, and the pid namespace these are of. So the next
/// one finds those that a killed minirun left.
/// </summary>
public static class StaleCgroups
{
    private const string Prefix = "minirun-";

    /// <summary>The name for a cgroup of ours.</summary>
    public static string OwnName()
    {
        int pid = Environment.ProcessId;
        return $"{Prefix}{pid}-{ProcessIdentity.StartTime(pid)}-{Namespace()}";
    }

    /// <summary>Removes what is left of the dead, beside a container's cgroups. Where processes still are, it is left.</summary>
    public static void Sweep(CgroupState state)
    {
        string space = Namespace();
        HashSet<string> parents = [];
        foreach (string path in state.Paths.Values) parents.Add(path[..path.LastIndexOf('/')]);
        foreach (string parent in parents) Sweep(parent, space);
    }

    /// <summary>The same below the mount points of all hierarchies: those that are not used this time may have some too.</summary>
    public static void SweepAll(string path)
    {
        string space = Namespace();
        Hierarchies hierarchies = Hierarchies.Read();
        if (hierarchies.Unified is { } unified) Sweep(unified.Mount + path, space);
        HashSet<string> mounts = [];
        foreach (Hierarchy old in hierarchies.Old.Values)
            if (mounts.Add(old.Mount)) Sweep(old.Mount + path, space);
    }

    /// <summary>The same, in our own cgroups as well, looked for and left.</summary>
    public static IEnumerable<string> Find()
    {
        string space = Namespace();
        Hierarchies hierarchies = Hierarchies.Read();
        HashSet<string> parents = [];
        foreach (Hierarchy? each in hierarchies.Old.Values.Append(hierarchies.Unified))
            if (each is not null)
                parents.UnionWith(
                    [each.Mount, (each.Mount + each.Own).TrimEnd('/'),
                        Path.GetDirectoryName((each.Mount + each.Own).TrimEnd('/')) ?? each.Mount]);
        return parents.SelectMany(CgroupFs.Children).Distinct()
            .Where(path => IsStale(Path.GetFileName(path), space, ProcessIdentity.IsAlive));
    }

    /// <summary>Whether a name says that its maker is dead.</summary>
    internal static bool IsStale(string name, string space, Func<int, ulong, bool> isAlive)
    {
        if (!name.StartsWith(Prefix, StringComparison.Ordinal)) return false;
        string[] parts = name[Prefix.Length..].Split('-', '.');
        return parts.Length == 3 && parts[2] == space && int.TryParse(parts[0], out int pid) && ulong.TryParse(parts[1], out ulong start)
            && !isAlive(pid, start);
    }

    private static void Sweep(string parent, string space)
    {
        foreach (string directory in CgroupFs.Children(parent))
            if (IsStale(Path.GetFileName(directory), space, ProcessIdentity.IsAlive)) RemoveEmpty(directory);
    }

    private static void RemoveEmpty(string directory)
    {
        // Whom it has frozen has been sent SIGKILL when the maker ended (die-with-parent), and on version 1 ends when it thaws.
        var state = new CgroupState();
        state.Paths[CgroupFs.Exists(directory + "/freezer.state") ? "freezer" : ""] = directory;
        Freezer.ThawAll(state);
        CgroupWalk.RemoveBelow(directory);
        CgroupFs.RemoveDirectory(directory);
    }

    /// <summary>The number in "pid:[4026531836]".</summary>
    private static string Namespace() => Linux.ProcFile.ReadLink("/proc/self/ns/pid")?.Trim('p', 'i', 'd', ':', '[', ']') ?? "0";
}
