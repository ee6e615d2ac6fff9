namespace Minirun.Runtime.Plan;

/// <summary>Why something is mounted, for who reads the plan.</summary>
internal static class MountReason
{
    public static string Of(string destination, string type) => destination switch
    {
        "/proc" when type == "bind" => "the pid namespace is the host's, so the host's /proc is shown",
        "/proc" => "the processes of the new pid namespace, and no others (proc(5))",
        "/dev" => "a /dev of its own with only harmless devices",
        "/dev/pts" => "terminals of its own: none of the host's can be opened",
        "/dev/shm" or "/dev/mqueue" when type == "bind" => "the IPC namespace is the host's, so is what it keeps here",
        "/dev/shm" => "POSIX shared memory (shm_open(3)), of its own",
        "/dev/mqueue" => "POSIX message queues of the new IPC namespace",
        "/sys" when type == "bind" =>
            "the host's /sys, read-only with all below: a new sysfs belongs to a network namespace, and the host's is shared",
        "/sys" => "the sysfs of the new network namespace",
        "/etc/resolv.conf" =>
            "the network is the host's, so names resolve as on the host; a copy, because a container could lock the file itself",
        "/etc/hosts" => "the network is the host's, and so are its names; a copy, because a container could lock the file itself",
        _ => "as asked for",
    };
}
