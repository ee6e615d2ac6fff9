namespace Minirun.Runtime.Spec;

/// <summary>Resource limits by name (getrlimit(2)); numbers of &lt;asm-generic/resource.h&gt;.</summary>
public static class Rlimits
{
    private static readonly string[] s_names =
    [
        "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_DATA", "RLIMIT_STACK", "RLIMIT_CORE", "RLIMIT_RSS", "RLIMIT_NPROC", "RLIMIT_NOFILE",
        "RLIMIT_MEMLOCK", "RLIMIT_AS", "RLIMIT_LOCKS", "RLIMIT_SIGPENDING", "RLIMIT_MSGQUEUE", "RLIMIT_NICE", "RLIMIT_RTPRIO",
            "RLIMIT_RTTIME",
    ];

    public static IReadOnlyList<string> Names => s_names;

    /// <summary>The number of an OCI name, RLIMIT_NOFILE.</summary>
    /// <exception cref="UserError">There is no such limit.</exception>
    public static int Number(string name)
    {
        int number = Array.IndexOf(s_names, name);
        return number >= 0
            ? number
            : throw new UserError($"unknown resource limit '{ShortName(name)}'",
                "the names are " + string.Join(", ", s_names.Select(ShortName)));
    }

    /// <summary>The name as docker and ulimit write it: nofile.</summary>
    public static string ShortName(string name) =>
        name.StartsWith("RLIMIT_", StringComparison.Ordinal) ? name[7..].ToLowerInvariant() : name;
}
