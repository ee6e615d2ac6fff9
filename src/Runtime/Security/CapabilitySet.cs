using Minirun.Linux;

namespace Minirun.Runtime.Security;

/// <summary>Sets of capabilities(7), one bit each.</summary>
public static unsafe class CapabilitySet
{
    /// <summary>What Docker grants by default, and so do we.</summary>
    public static readonly string[] Default =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID",
        "CAP_SETFCAP", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE",
    ];

    // The same as bits: known before the program starts.
    public const ulong DefaultSet = 0xa80425fb;

    /// <summary>--cap-add and --cap-drop on the default set, in the order Docker has: ALL first, single names then.</summary>
    public static ulong Combine(bool privileged, List<string> add, List<string> drop)
    {
        if (add.Count == 0 && drop.Count == 0) return privileged ? capability.All : DefaultSet;
        ulong set = privileged || Has(add, "ALL") ? capability.All : Has(drop, "ALL") ? 0 : DefaultSet;
        set |= Parse(add.Where(name => !IsAll(name)));
        return set & ~Parse(drop.Where(name => !IsAll(name)));
    }

    /// <summary>Whether --cap-add names the capability, or ALL.</summary>
    public static bool IsAdded(List<string> add, int number) => Has(add, "ALL") || add.Exists(name => capability.Find(name) == number);

    /// <summary>The set of the names.</summary>
    /// <exception cref="UserError">A name is no capability.</exception>
    public static ulong Parse(IEnumerable<string> names)
    {
        ulong set = 0;
        if (names is List<string> { Count: 0 }) return set;
        foreach (string name in names)
        {
            int number = capability.Find(name);
            if (number < 0)
                throw new UserError($"unknown capability '{name}'",
                    "names are as in capabilities(7), with or without CAP_: NET_ADMIN, CAP_SYS_PTRACE, ALL");
            set |= 1UL << number;
        }
        return set;
    }

    /// <summary>Names of a set, in the order of their numbers.</summary>
    public static List<string> Names(ulong set)
    {
        var names = new List<string>();
        for (int number = 0; number <= capability.CAP_LAST_CAP; number++)
            if ((set >> number & 1) != 0) names.Add(capability.Names[number]);
        return names;
    }

    /// <summary>The permitted set of this process (capget(2)).</summary>
    public static ulong OwnPermitted()
    {
        uint* header = stackalloc uint[2] { capability.LINUX_CAPABILITY_VERSION_3, 0 };
        uint* sets = stackalloc uint[6];
        LinuxException.Check(sys_syscall.syscall(sys_syscall.SYS_capget, (nint)header, (nint)sets), "capget");
        return sets[1] | (ulong)sets[4] << 32;
    }

    private static bool Has(List<string> names, string wanted) =>
        names.Any(name => name.Equals(wanted, StringComparison.OrdinalIgnoreCase));

    private static bool IsAll(string name) => name.Equals("ALL", StringComparison.OrdinalIgnoreCase);
}
