namespace Minirun.Runtime.Cgroups;

/// <summary>From units of version 1, which an OCI document uses, to those of version 2.</summary>
internal static class Conversions
{
    /// <summary>
    /// cpu.shares 2…262144 to cpu.weight 1…10000, by the curve that also takes the default 1024 to the default 100 (runc since 1.3.2; a
    /// straight line gave 39, less than any plain process has).
    /// </summary>
    public static ulong Weight(ulong shares)
    {
        if (shares <= 2) return 1;
        if (shares >= 262144) return 10000;
        double log = Math.Log2(shares);
        double exponent = ((log * log) + (125 * log)) / 612 - (7.0 / 34);
        return (ulong)Math.Ceiling(Math.Pow(10, exponent));
    }

    /// <summary>blkio.weight 10…1000 to io.weight 1…10000.</summary>
    public static ulong IoWeight(ushort weight) => 1 + ((ulong)Math.Max(weight, (ushort)10) - 10) * 9999 / 990;

    /// <summary>Memory and swap together, to swap alone; null to leave it.</summary>
    /// <exception cref="UserError">The two contradict each other.</exception>
    public static string? Swap(long? swap, long? limit)
    {
        if (swap is null or 0) return limit == -1 ? "max" : null;
        if (swap < 0) return "max";
        if (limit is null or <= 0)
            throw new UserError("linux.resources.memory.swap: a limit of memory and swap together needs one of memory",
                "give linux.resources.memory.limit too");
        if (swap < limit)
            throw new UserError($"linux.resources.memory.swap: {swap} is less than the limit of memory alone, {limit}",
                "it counts memory and swap together: give at least as much");
        return Text(swap.Value - limit.Value);
    }

    /// <summary>
    /// Most processes: -1 is no limit, and 0 is one, since systemd knows no 0 and the kernel's would mean no more than the one that is
    /// there (runc, too).
    /// </summary>
    public static string Pids(long limit) => Text(limit == 0 ? 1 : limit);

    /// <summary>-1 is no limit.</summary>
    public static string Text(long value) => value < 0 ? "max" : value.ToString();
}
