namespace Minirun.Runtime.Cgroups;

/// <summary>The cgroup of a container that another runtime has made: found by its first process.</summary>
public static class ProcessCgroup
{
    /// <summary>
    /// Null when no cgroup of the process is of this container alone. A process that is ending is in the root of version 1 already, while
    /// others of its container are frozen in their cgroup: the path is then that of another hierarchy, or the configured one.
    /// </summary>
    /// <param name="pid">The container's first process.</param>
    /// <param name="id">What the cgroup's path has in it; nobody else's has.</param>
    /// <param name="configured">
    /// For its end, with all that is in it: the path that the configuration names, from the mount points on. Null: the process's own, which
    /// has the limits; crun makes it one below.
    /// </param>
    public static Cgroup? Find(int pid, string id, Func<string>? configured = null)
    {
        if (CgroupFs.Read("/proc/" + pid + "/cgroup") is not { } text) return null;
        if (!text.Contains(id) && configured is null) return null;
        Hierarchies found = Hierarchies.Parse(CgroupFs.Read("/proc/self/mountinfo") ?? "", text);
        List<string> paths = [];
        bool whole = configured is not null;
        foreach (Hierarchy hierarchy in found.Old.Values) Add(paths, hierarchy.Own, id, whole);
        Add(paths, found.Unified?.Own, id, whole);
        if (paths.Count == 0) Add(paths, configured?.Invoke(), id, whole);
        if (paths.Count == 0) return null;
        var state = new CgroupState();
        foreach (var (controller, hierarchy) in found.Old)
            if (In(hierarchy, paths, id, whole) is { } path) state.Paths[controller] = path;
        if (found.Unified is { } unified && In(unified, paths, id, whole) is { } last) state.Paths[""] = last;
        return state.Paths.Count > 0 ? Cgroup.Open(state) : null;
    }

    private static void Add(List<string> paths, string? path, string id, bool whole)
    {
        if (path is not null && path.StartsWith('/') && Place(path, id, whole) is { } place && !paths.Contains(place)) paths.Add(place);
    }

    /// <summary>
    /// Null: it is not of the container alone. Whole: the container may have moved the process into a cgroup below its own.
    /// </summary>
    private static string? Place(string path, string id, bool whole)
    {
        int at = path.IndexOf(id, StringComparison.Ordinal);
        if (at < 0 || !whole) return at < 0 ? null : path;
        int end = path.IndexOf('/', at);
        return end < 0 ? path : path[..end];
    }

    private static string? In(Hierarchy hierarchy, List<string> paths, string id, bool whole)
    {
        if (Place(hierarchy.Own, id, whole) is { } own) return hierarchy.At(own);
        return paths.Find(path => CgroupProof.MayBe(hierarchy.Mount + path)) is { } found ? hierarchy.Mount + found : null;
    }

    /// <summary>Ends all in a container's cgroup, and removes it, in all hierarchies where it is.</summary>
    /// <param name="path">From the mount points on. Nothing is done to one that has not the id in its path.</param>
    /// <param name="id">The container's.</param>
    public static void Remove(string path, string id)
    {
        if (!path.StartsWith('/') || !path.Contains(id, StringComparison.Ordinal)) return;
        Hierarchies all = Hierarchies.Read();
        var state = new CgroupState();
        foreach (var (controller, old) in all.Old)
            if (CgroupProof.MayBe(old.Mount + path)) state.Paths[controller] = old.Mount + path;
        if (all.Unified is { } unified && CgroupProof.MayBe(unified.Mount + path)) state.Paths[""] = unified.Mount + path;
        try
        {
            Cgroup.Open(state).Delete();
        }
        catch (Minirun.Linux.LinuxException)
        {
            // What stays is empty, or soon is: it harms nobody.
        }
    }

    /// <summary>Removes a cgroup, in all hierarchies, where it is empty.</summary>
    /// <param name="path">From the mount points on.</param>
    public static void RemoveEmpty(string path)
    {
        Hierarchies all = Hierarchies.Read();
        if (all.Unified is { } unified) CgroupFs.RemoveDirectory(unified.Mount + path);
        foreach (Hierarchy old in all.Old.Values) CgroupFs.RemoveDirectory(old.Mount + path);
    }
}
