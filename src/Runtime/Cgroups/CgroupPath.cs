namespace Minirun.Runtime.Cgroups;

/// <summary>
/// linux.cgroupsPath: an absolute path is below the mount point, a relative one near our own cgroup, and none is the container's id.
/// </summary>
internal static class CgroupPath
{
    /// <summary>The path below a hierarchy's mount point, without its last slash.</summary>
    /// <param name="path">linux.cgroupsPath.</param>
    /// <param name="id">The container's.</param>
    /// <param name="own">Our own cgroup.</param>
    /// <param name="beside">A relative path starts from the cgroup above our own, not from that.</param>
    /// <exception cref="UserError">It leads out.</exception>
    public static string Resolve(string? path, string id, string own, bool beside)
    {
        string wanted = string.IsNullOrEmpty(path) ? id : path;
        string clean = Clean(wanted);
        if (wanted[0] == '/') return clean;
        string parent = beside ? own[..Math.Max(own.LastIndexOf('/'), 0)] : own.TrimEnd('/');
        return parent + clean;
    }

    /// <summary>/a/b, of a//./b/.</summary>
    public static string Clean(string path)
    {
        string clean = "";
        foreach (string part in path.Split('/'))
        {
            if (part is "" or ".") continue;
            if (part == ".." || part.Contains('\n'))
                throw new UserError($"linux.cgroupsPath: {path}: leads out of the hierarchy", "write an absolute path without ..");
            clean += "/" + part;
        }
        return clean.Length > 0
            ? clean
            : throw new UserError($"linux.cgroupsPath: {path}: is the root of the hierarchy",
                "name a cgroup of the container's own, such as /minirun/NAME");
    }
}
