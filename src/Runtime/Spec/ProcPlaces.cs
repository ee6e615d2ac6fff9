namespace Minirun.Runtime.Spec;

/// <summary>
/// What may be mounted on /proc and below: a procfs, and the few files that lxcfs and the like emulate. Anything else could make the
/// runtime write a label, or the kernel's settings, where an attacker wants them (CVE-2019-16884, CVE-2025-52881).
/// </summary>
internal static class ProcPlaces
{
    private static readonly string[] s_emulated =
    [
        "/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo", "/proc/stat", "/proc/swaps", "/proc/uptime", "/proc/loadavg", "/proc/slabinfo",
        "/proc/sys/kernel/ns_last_pid", "/proc/sys/crypto/fips_enabled",
    ];

    /// <summary>Why such a thing must not be mounted there, and what to do; null: it may.</summary>
    /// <param name="destination">The place.</param>
    /// <param name="type">Of the mount.</param>
    /// <param name="isFlag">It was written as a flag, not in a document.</param>
    public static (string Why, string Hint)? Refusal(string destination, string type, bool isFlag = false)
    {
        if (destination == "/proc" && type is not ("proc" or "bind"))
            return ("\"/proc\" cannot be mounted because it is not of type proc",
                isFlag ? "/proc already has a procfs: mount this elsewhere" : "mount type proc there, or bind a procfs");
        if (destination.StartsWith("/proc/", StringComparison.Ordinal) && !IsEmulated(destination))
            return ($"\"{destination}\" cannot be mounted because it is inside /proc",
                (isFlag ? "mount it elsewhere" : "to hide a file use linux.maskedPaths")
                + "; these may be replaced: " + string.Join(", ", s_emulated));
        return null;
    }

    public static bool IsEmulated(string destination) => Array.IndexOf(s_emulated, destination) >= 0;
}
