namespace Minirun.Runtime.Spec;

/// <summary>
/// Kernel parameters of <c>linux.sysctl</c>: only those that belong to a namespace of the container, never the machine's.
/// </summary>
internal static class Sysctl
{
    private static readonly string[] s_ipc =
        ["kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni",
            "kernel.shm_rmid_forced"];

    public static bool IsDomainname(string name) => FilePath(name) == "kernel/domainname";

    /// <summary>Why a parameter may not be set, in runc's words; null when it may.</summary>
    public static string? Refusal(string name, Func<string, bool> hasNamespace)
    {
        string file = FilePath(name);
        if (Array.Exists(file.Split('/'), part => part is "" or "." or ".."))
            return $"sysctl \"{name}\" is not a name of a kernel parameter";
        string key = file.Replace('.', '\u0001').Replace('/', '.').Replace('\u0001', '/');
        if (key.StartsWith("net.", StringComparison.Ordinal))
            return hasNamespace("network") ? null : $"sysctl \"{name}\" not allowed in host network namespace";
        if ((Array.IndexOf(s_ipc, key) >= 0 || key.StartsWith("fs.mqueue.", StringComparison.Ordinal)) && hasNamespace("ipc")) return null;
        if (key.StartsWith("user.", StringComparison.Ordinal) && hasNamespace("user")) return null;
        if (key == "kernel.hostname" && hasNamespace("uts"))
            return $"sysctl: \"{name}\" is not allowed as it conflicts with the OCI \"hostname\" field";
        if (key == "kernel.domainname" && hasNamespace("uts")) return null;
        return $"sysctl \"{name}\" is not in a separate kernel namespace";
    }

    /// <summary>
    /// Below /proc/sys. As sysctl(8) has it, the first separator decides: after a dot a slash stands for a dot in a name, and the other way
    /// round.
    /// </summary>
    public static string FilePath(string name)
    {
        int first = name.AsSpan().IndexOfAny('.', '/');
        if (first < 0 || name[first] == '/') return name;
        return string.Create(name.Length, name, static (path, from) =>
        {
            for (int i = 0; i < path.Length; i++) path[i] = from[i] switch { '.' => '/', '/' => '.', var other => other };
        });
    }
}
