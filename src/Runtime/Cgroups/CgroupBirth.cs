using Minirun.Linux;

namespace Minirun.Runtime.Cgroups;

/// <summary>
/// What a child needs to be in a cgroup from its first moment: clone3 takes the directory of version 2, and in each hierarchy of
/// version 1 the child writes itself into <c>tasks</c>. The kernel moves a thread that moves itself at once; whoever moves a whole
/// process by <c>cgroup.procs</c> waits for a grace period (RCU), 10 ms when nobody has moved lately.
/// </summary>
public sealed class CgroupBirth
{
    private CgroupBirth(int directory, List<int> tasks) => (Directory, Tasks) = (directory, tasks);

    /// <summary>For CLONE_INTO_CGROUP; -1: there is no version 2.</summary>
    public int Directory { get; private set; }

    /// <summary>The open <c>tasks</c> files. Our rights count for them, not the child's, who may be in another user namespace.</summary>
    public IReadOnlyList<int> Tasks { get; private set; }

    /// <summary>Opens what is there of these directories, and adds the controllers whose cgroup the child will be in.</summary>
    internal static CgroupBirth Open(Dictionary<string, string> paths, HashSet<string> controllers)
    {
        int directory = -1;
        List<int> tasks = [];
        HashSet<string> open = [];
        foreach (var (controller, path) in paths)
        {
            // Controllers may share a hierarchy: cpu,cpuacct.
            if (open.Contains(path))
            {
                controllers.Add(controller);
                continue;
            }
            int fd = controller.Length == 0 ? fcntl.open(path, fcntl.O_RDONLY | fcntl.O_DIRECTORY | fcntl.O_CLOEXEC)
                : CgroupFs.Open(path + "/tasks", fcntl.O_WRONLY);
            if (fd < 0) continue;
            if (controller.Length == 0) directory = fd;
            else tasks.Add(fd);
            open.Add(path);
            controllers.Add(controller);
        }
        return new(directory, tasks);
    }

    /// <summary>The child has its own copies by now.</summary>
    internal void Close()
    {
        if (Directory >= 0) unistd.close(Directory);
        foreach (int fd in Tasks) unistd.close(fd);
        (Directory, Tasks) = (-1, []);
    }
}
