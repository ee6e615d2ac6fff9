namespace Minirun.Runtime.Cgroups;

/// <summary>The cgroup of a container that another runtime has made: found by its first process.</summary>
public static class ProcessCgroup
{
    /// <summary>Null when no cgroup of the process is of this container alone.</summary>
    /// <param name="pid">The container's first process.</param>
    /// <param name="id">What the cgroup's path has in it.</param>
    public static Cgroup? Find(int pid, string id)
    {
        if (CgroupFs.Read("/proc/" + pid + "/cgroup") is not { } text || !text.Contains(id)) return null;
        Hierarchies found = Hierarchies.Parse(CgroupFs.Read("/proc/self/mountinfo") ?? "", text);
        var state = new CgroupState();
        foreach (var (controller, hierarchy) in found.Old)
            if (hierarchy.Own.Contains(id)) state.Paths[controller] = hierarchy.At(hierarchy.Own);
        if (found.Unified is { } unified && unified.Own.Contains(id)) state.Paths[""] = unified.At(unified.Own);
        return state.Paths.Count > 0 ? Cgroup.Open(state) : null;
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
