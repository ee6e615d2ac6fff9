namespace Minirun.Runtime.Cgroups;

/// <summary>What is said when the kernel killed a process because a cgroup reached its memory limit.</summary>
public static class OutOfMemory
{
    /// <param name="bytes">The limit, when one was asked for.</param>
    /// <param name="name">What the caller calls it: a flag, a JSON path.</param>
    public static string Text(long? bytes, string name)
    {
        string limit = bytes is > 0 ? $" of {Size(bytes.Value)} ({name})" : "";
        return $"out of memory: the container reached its limit{limit}, and the kernel killed a process of it";
    }

    private static string Size(long bytes) => bytes switch
    {
        >= 1 << 20 => $"{bytes >> 20} MiB",
        >= 1 << 10 => $"{bytes >> 10} KiB",
        _ => $"{bytes} bytes",
    };
}
