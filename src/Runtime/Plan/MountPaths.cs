using Minirun.Linux;
using Minirun.Plan;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Request;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>What the paths of mounts mean.</summary>
internal static class MountPaths
{
    /// <summary>An absolute path without empty parts, "." and "..".</summary>
    public static string Clean(string path)
    {
        if (IsClean(path)) return path;
        List<string> parts = [];
        foreach (string part in path.Split('/'))
        {
            if (part.Length == 0 || part == ".") continue;
            if (part != "..") parts.Add(part);
            else if (parts.Count > 0) parts.RemoveAt(parts.Count - 1);
        }
        return "/" + string.Join('/', parts);
    }

    /// <summary>No part is empty or begins with a dot: most paths are so.</summary>
    private static bool IsClean(string path)
    {
        if (path.Length < 2 || path[0] != '/' || path[^1] == '/') return false;
        for (int i = 1; i < path.Length; i++)
            if (path[i - 1] == '/' && path[i] is '/' or '.') return false;
        return true;
    }

    /// <summary>The host's path of a bind mount's source: in a bundle it may start from that.</summary>
    public static string Source(ContainerSpec spec, string source) => spec.Bundle is { } bundle ? Path.GetFullPath(source, bundle) : source;

    /// <summary>
    /// The path inside the root of one that lies below the root file system, else null. It is looked up there, when its turn comes: earlier
    /// mounts of the document are part of it (runc).
    /// </summary>
    public static string? OwnTree(ContainerSpec spec, string path)
    {
        if (!spec.Policy.FindsPathsInRoot || !(spec.Has(sched.CLONE_NEWNS) || spec.MountsOnHost)) return null;
        string root = spec.Oci.Root.Path.TrimEnd('/');
        bool isBelow = root.Length > 0 && path.Length > root.Length + 1
            && path.StartsWith(root, StringComparison.Ordinal) && path[root.Length] == '/';
        return isBelow ? path[(root.Length + 1)..] : null;
    }

    /// <summary>What was made ready for a mount of the document, unless this is another part of it.</summary>
    public static MountSource? Prepared(ContainerPlan plan, int index, string source) =>
        plan.Sources?.GetValueOrDefault(index) is { } prepared && prepared.Path == source ? prepared : null;

    /// <summary>A new mount is private, and nobody's slave.</summary>
    public static long OfNew(long propagation) => propagation is sys_mount.MS_SHARED or sys_mount.MS_UNBINDABLE ? propagation : 0;

    /// <summary>Wherever a destination leads, but where something may be (<see cref="ProcPlaces"/>): not into procfs.</summary>
    public static OpFlags Guard(string destination) =>
        destination == "/proc" || ProcPlaces.IsEmulated(destination) ? OpFlags.None : OpFlags.NotInProc;
}

/// <summary>What is on the container's /dev, and with that where the names in it are looked up.</summary>
internal sealed class DevPlace
{
    /// <summary>A file system of the container's own is there, in which nobody else has been.</summary>
    public bool IsOurs { get; set; }

    /// <summary>Something of another place is there: nothing is made in it.</summary>
    public bool IsBound { get; set; }

    /// <summary>Where a path is looked up: in our own /dev, or in the root.</summary>
    public OpFlags At(string path) => IsOurs && path.StartsWith("/dev/", StringComparison.Ordinal) ? OpFlags.InDev : OpFlags.None;

    public string Target(string path) => At(path) == OpFlags.InDev ? path["/dev/".Length..] : path[1..];
}
