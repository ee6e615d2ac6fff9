using Minirun.Linux;

namespace Minirun.Runtime.Cgroups;

/// <summary>
/// The part of the hierarchy that systemd has given to the unit we run in (Delegate=yes), and where cgroups can be made without its
/// knowing. It marks the unit's cgroup with an attribute (Control Group APIs and Delegation, "user.delegate").
/// </summary>
public static unsafe class DelegatedCgroup
{
    /// <summary>
    /// Where minirun itself goes when it would stand in the way: a cgroup with processes cannot give controllers to those below.
    /// </summary>
    private const string OwnLeaf = "/minirun";

    /// <summary>Its path below the mount point; null when nothing was delegated, or others are in it, too.</summary>
    public static string? Find()
    {
        Hierarchies hierarchies = Hierarchies.Read();
        if (!hierarchies.IsUnified || hierarchies.Unified is not { } unified) return null;
        for (string path = unified.Own.TrimEnd('/'); path.Length > 0; path = path[..path.LastIndexOf('/')])
        {
            // What systemd gave to a user's manager is that manager's to divide.
            if (IsManager(path)) return null;
            if (IsMarked(unified.Mount + path)) return path != unified.Own || StepDown(unified.Mount + path) ? path : null;
        }
        return null;
    }

    private static bool IsManager(string path) =>
        path[(path.LastIndexOf('/') + 1)..] is var name && name.StartsWith("user@", StringComparison.Ordinal)
            && name.EndsWith(".service", StringComparison.Ordinal);

    /// <summary>The first name is read by root alone, the second by all (systemd 251).</summary>
    private static bool IsMarked(string directory)
    {
        byte* value = stackalloc byte[8];
        return (sys_xattr.getxattr(directory, "trusted.delegate", value, 8) == 1 && *value == '1')
            || (sys_xattr.getxattr(directory, "user.delegate", value, 8) == 1 && *value == '1');
    }

    /// <summary>Alone in the unit's cgroup, as its main process, we go to a leaf. systemd removes it with the unit.</summary>
    private static bool StepDown(string directory)
    {
        string self = Environment.ProcessId.ToString();
        if (CgroupFs.Read(directory + "/cgroup.procs")?.Trim() != self) return false;
        int errno = CgroupFs.MakeDirectory(directory + OwnLeaf);
        return errno is 0 or Errno.EEXIST && CgroupFs.Write(directory + OwnLeaf + "/cgroup.procs", self) == 0;
    }
}
