using Minirun.Linux;

namespace Minirun.Runtime.Cgroups;

/// <summary>
/// The cgroups of <c>minirun run</c> have their maker in their name: pid, its start time, and the pid namespace these are of. So the next
/// one finds those that a killed minirun left.
/// </summary>
public static unsafe class StaleCgroups
{
    private const string Prefix = "minirun-";
    private const int Patience = 500, Pause = 2;   // ms

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
        Sweep(parents, space);
    }

    /// <summary>The same below the mount points of all hierarchies: those that are not used this time may have some too.</summary>
    public static void SweepAll(string path)
    {
        string space = Namespace();
        Hierarchies hierarchies = Hierarchies.Read();
        HashSet<string> parents = [];
        if (hierarchies.Unified is { } unified) parents.Add(unified.Mount + path);
        foreach (Hierarchy old in hierarchies.Old.Values) parents.Add(old.Mount + path);
        Sweep(parents, space);
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

    private static void Sweep(HashSet<string> parents, string space)
    {
        List<string> stale = [];
        foreach (string parent in parents)
            foreach (string directory in CgroupFs.Children(parent))
                if (IsStale(Path.GetFileName(directory), space, ProcessIdentity.IsAlive)) stale.Add(directory);
        // Those that are frozen have been sent SIGKILL when the maker ended (die-with-parent), and on version 1 end when they thaw: a
        // moment later, and in all hierarchies.
        bool thawed = false;
        foreach (string directory in stale) thawed |= Thaw(directory);
        for (int waited = 0; stale.Count > 0; waited += Pause)
        {
            stale.RemoveAll(Remove);
            if (!thawed || waited >= Patience) return;
            if (stale.Count > 0) poll.poll_(null, 0, Pause);
        }
    }

    private static bool Thaw(string directory)
    {
        var state = new CgroupState();
        state.Paths[CgroupFs.Exists(directory + "/freezer.state") ? "freezer" : ""] = directory;
        return Freezer.ThawAll(state);
    }

    private static bool Remove(string directory)
    {
        CgroupWalk.RemoveBelow(directory);
        return CgroupFs.RemoveDirectory(directory) == 0;
    }

    /// <summary>The number in "pid:[4026531836]".</summary>
    private static string Namespace() => ProcFile.ReadLink("/proc/self/ns/pid")?.Trim('p', 'i', 'd', ':', '[', ']') ?? "0";
}
