using Minirun.Linux;

namespace Minirun.Runtime.Cgroups;

/// <summary>Gives a cgroup of version 2 to root inside, who may then make cgroups below it (config-linux.md, "Cgroup ownership").</summary>
internal static class Delegation
{
    private const uint Unchanged = uint.MaxValue;

    public static void GiveTo(string directory, uint owner)
    {
        if (unistd.chown(directory, owner, Unchanged) < 0) return;
        // The kernel lists the files that a delegatee may write (Linux 4.15).
        string files = CgroupFs.Read("/sys/kernel/cgroup/delegate") ?? "cgroup.procs\ncgroup.threads\ncgroup.subtree_control\n";
        foreach (string file in files.Split('\n'))
            if (file.Length > 0 && !file.Contains('/')) unistd.chown(directory + "/" + file, owner, Unchanged);
    }
}
