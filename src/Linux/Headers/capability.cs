namespace Minirun.Linux;

/// <summary>&lt;linux/capability.h&gt;: capabilities(7) by name and number.</summary>
public static class capability
{
    public const uint LINUX_CAPABILITY_VERSION_3 = 0x20080522;

    public const int CAP_CHOWN = 0;
    public const int CAP_SYS_CHROOT = 18;
    public const int CAP_SYS_ADMIN = 21;
    public const int CAP_SYS_RESOURCE = 24;
    public const int CAP_MKNOD = 27;

    /// <summary>The last capability known here; a newer kernel's further ones are always dropped.</summary>
    public const int CAP_LAST_CAP = 40;

    /// <summary>A set of all known capabilities, one bit each.</summary>
    public const ulong All = (1UL << CAP_LAST_CAP + 1) - 1;

    private static readonly string[] s_names =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_SETGID", "CAP_SETUID",
        "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE", "CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK",
        "CAP_IPC_OWNER", "CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT", "CAP_SYS_ADMIN",
        "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE", "CAP_SYS_TIME", "CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE",
        "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL", "CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM",
        "CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE",
    ];

    /// <summary>Names in the order of their numbers.</summary>
    public static IReadOnlyList<string> Names => s_names;

    /// <summary>The number of a capability by name, with or without CAP_, in any case; -1 when there is none.</summary>
    public static int Find(string name)
    {
        ReadOnlySpan<char> bare = name.StartsWith("CAP_", StringComparison.OrdinalIgnoreCase) ? name.AsSpan(4) : name;
        for (int i = 0; i < s_names.Length; i++)
            if (bare.Equals(s_names[i].AsSpan(4), StringComparison.OrdinalIgnoreCase)) return i;
        return -1;
    }
}
