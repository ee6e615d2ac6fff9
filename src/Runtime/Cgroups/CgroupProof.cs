using System.Runtime.InteropServices;
using Minirun.Linux;
using static Minirun.Linux.sys_stat;

namespace Minirun.Runtime.Cgroups;

/// <summary>
/// Whether what a state file calls a container's cgroup is that. What is in it is killed and removed at last, and a path proves nothing:
/// the file may be spoilt, or the path be another's by now. An inode number does: the kernel gives none twice as long as it runs (kernfs
/// counts up).
/// </summary>
internal static unsafe class CgroupProof
{
    /// <summary>The inode number of a cgroup's directory; 0 when it cannot be had.</summary>
    public static ulong Inode(string path)
    {
        statx status;
        return statx_(fcntl.AT_FDCWD, path, fcntl.AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &status) == 0 ? status.stx_ino : 0;
    }

    /// <summary>Why one of the paths is not to be touched; null when it is the container's, or gone.</summary>
    /// <param name="state">As it was read.</param>
    /// <param name="controller">One of its paths.</param>
    /// <param name="isNamed">Whether the container's configuration leads to this path: all that there is to know of what systemd made, and
    /// of states of earlier versions.</param>
    public static string? Doubt(CgroupState state, string controller, Func<string, bool> isNamed)
    {
        string path = state.Paths[controller];
        if (!IsClean(path)) return "is not the path of a cgroup";
        statx status;
        if (statx_(fcntl.AT_FDCWD, path, fcntl.AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &status) < 0)
            return Marshal.GetLastPInvokeError() is var errno && errno is Errno.ENOENT or Errno.ENODEV
                ? null
                : $"cannot be looked at: {Errno.Describe(errno)}";
        if ((status.stx_mode & S_IFMT) != S_IFDIR || !IsCgroup(path, controller)) return "is not a cgroup";
        if ((status.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0 || !IsCgroup(path[..path.LastIndexOf('/')], controller))
            return "is the root of a hierarchy";
        if (HoldsUs(path, controller, status.stx_ino)) return "has this process in it, too";
        if (state.Inodes.TryGetValue(controller, out ulong inode) && inode != status.stx_ino)
            return $"is another cgroup than the container's, of inode {status.stx_ino} in place of {inode}";
        // A number may be written down by whoever writes the path.
        return isNamed(path) ? null : "is not where the container's configuration leads to";
    }

    /// <summary>Whether it is the path of a cgroup, of either version, and not the root of a hierarchy.</summary>
    public static bool MayBe(string path) => IsClean(path) && (Both(path, "") || Both(path, "1"));

    public static bool IsUnified(string path) => IsCgroup(path, "");

    private static bool Both(string path, string controller) =>
        IsCgroup(path, controller) && IsCgroup(path[..path.LastIndexOf('/')], controller);

    private static bool IsClean(string path)
    {
        if (path is not ['/', _, ..]) return false;
        foreach (char c in path)
            if (char.IsControl(c)) return false;
        foreach (string part in path[1..].Split('/'))
            if (part is "" or "." or "..") return false;
        return true;
    }

    private static bool IsCgroup(string path, string controller)
    {
        statfs status;
        return path.Length > 0 && sys_vfs.statfs_(path, &status) == 0
            && status.f_type == (controller.Length == 0 ? sys_vfs.CGROUP2_SUPER_MAGIC : sys_vfs.CGROUP_SUPER_MAGIC);
    }

    /// <summary>
    /// Whether it is our own cgroup, or one above it. Only one whose name is in our own path can be, and then it is worth a look.
    /// </summary>
    private static bool HoldsUs(string path, string controller, ulong inode)
    {
        string name = path[path.LastIndexOf('/')..];
        if (CgroupFs.Read("/proc/self/cgroup") is not { } text || !text.Replace('\n', '/').Contains(name + "/", StringComparison.Ordinal))
            return false;
        Hierarchies all = Hierarchies.Read();
        if ((controller.Length == 0 ? all.Unified : all.Old.GetValueOrDefault(controller)) is not { } hierarchy) return true;
        for (string own = hierarchy.Own; own.Length > 1; own = own[..own.LastIndexOf('/')])
            if (Inode(hierarchy.Mount + own) == inode) return true;
        return false;
    }
}
