using Minirun.Linux;

namespace Minirun.Runtime.State;

/// <summary>Where the states of containers are kept when nobody says.</summary>
public static class StateRoot
{
    private const string OfRoot = "/run/minirun-oci";

    /// <summary>
    /// runc's rule: root's own directory, or one in $XDG_RUNTIME_DIR for who is not root, be it that somebody only seems to be root, in a
    /// user namespace.
    /// </summary>
    public static string Default()
    {
        string? runtime = stdlib.Variable("XDG_RUNTIME_DIR");
        if (!string.IsNullOrEmpty(runtime) && Path.IsPathRooted(runtime) && !IsRealRoot()) return Path.Combine(runtime, "minirun-oci");
        if (unistd.geteuid() == 0) return OfRoot;
        throw new UserError("no directory for the containers' state: XDG_RUNTIME_DIR is not set", "set it, or give --root DIR");
    }

    /// <summary>Root of the machine, or of a container where it is called root, too.</summary>
    private static bool IsRealRoot() =>
        unistd.geteuid() == 0 && (stdlib.Variable("USER") == "root" || HasAllIds());

    /// <summary>We are in no user namespace that lacks ids.</summary>
    internal static bool HasAllIds() => MapsAllIds(ProcFile.Read("/proc/self/uid_map"));

    private static bool MapsAllIds(string map)
    {
        string[] fields = map.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return fields is ["0", "0", "4294967295"];
    }
}
