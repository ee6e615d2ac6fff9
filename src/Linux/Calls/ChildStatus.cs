namespace Minirun.Linux.Calls;

/// <summary>How children of ours ended, without waiting for them (wait4(2), WNOHANG).</summary>
public static unsafe class ChildStatus
{
    /// <summary>False while it runs, or its tracer has not waited for it. True with status 0 of one that is no child of ours.</summary>
    /// <param name="pid">Which.</param>
    /// <param name="status">Of wait(2).</param>
    /// <param name="resident">The most that it, or one of those that it waited for, had in memory at a time, in bytes.</param>
    public static bool TryCollect(int pid, out int status, out long resident)
    {
        rusage used = default;
        int given = 0, found = unistd.wait4(pid, &given, unistd.WNOHANG, &used);
        (status, resident) = (given, used.ru_maxrss * 1024);
        return found != 0;
    }

    /// <summary>Collects one that has ended; nothing is done of any other.</summary>
    public static void Collect(int pid) => unistd.wait4(pid, null, unistd.WNOHANG, null);
}
