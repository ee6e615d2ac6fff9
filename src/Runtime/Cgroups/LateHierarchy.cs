using Minirun.Linux;

namespace Minirun.Runtime.Cgroups;

/// <summary>A hierarchy of version 1 that a container had no need of when it was made, and has now.</summary>
internal static class LateHierarchy
{
    private const int MostRounds = 100;

    /// <summary>Makes the container's cgroup in it, with all of its processes.</summary>
    /// <exception cref="UserError">It cannot be made.</exception>
    public static void Add(Cgroup cgroup, string controller, Hierarchy hierarchy)
    {
        string name = "";
        foreach (string other in cgroup.State.Paths.Values) name = Path.GetFileName(other);
        string path = hierarchy.Mount + CgroupPath.Resolve(null, name, hierarchy.Own, beside: false);
        int errno = CgroupFs.MakeDirectory(path);
        if (errno != 0 && errno != Errno.EEXIST)
            throw new UserError($"cannot make {path}: mkdir: {Errno.Describe(errno)}", "cgroups of version 1 are root's");
        if (errno == Errno.EEXIST && !cgroup.State.Paths.ContainsValue(path) && CgroupFs.Read(path + "/cgroup.procs") is { Length: > 0 })
            throw new UserError($"cannot make {path}: it has processes of others", "give the container a linux.cgroupsPath of its own");
        if (controller == "cpuset") Cpuset.Inherit(path);
        Move(cgroup, path);
        cgroup.State.Paths[controller] = path;
        cgroup.State.Inodes[controller] = CgroupProof.Inode(path);
    }

    /// <summary>Who forks meanwhile is in the list of the next round.</summary>
    private static void Move(Cgroup cgroup, string path)
    {
        HashSet<int> there = [];
        for (int round = 0; round < MostRounds; round++)
        {
            bool found = false;
            foreach (int pid in cgroup.Pids())
            {
                if (!there.Add(pid)) continue;
                found = true;
                int errno = CgroupFs.Write(path + "/cgroup.procs", pid.ToString());
                if (errno != 0 && errno != Errno.ESRCH)
                    throw new UserError($"cannot move process {pid} to {path}: {Errno.Describe(errno)}",
                        "does the cgroup allow it: is there room below its pids.max and cpuset?");
            }
            if (!found) return;
        }
    }
}
