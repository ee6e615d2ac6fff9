namespace Minirun.Runtime.Spec;

/// <summary>Modes and flags of &lt;linux/mempolicy.h&gt;: set_mempolicy(2).</summary>
internal static class MemoryPolicy
{
    private static readonly string[] s_modes =
        ["MPOL_DEFAULT", "MPOL_PREFERRED", "MPOL_BIND", "MPOL_INTERLEAVE", "MPOL_LOCAL", "MPOL_PREFERRED_MANY", "MPOL_WEIGHTED_INTERLEAVE"];

    /// <summary>-1: there is no such mode.</summary>
    public static int Mode(string name) => Array.IndexOf(s_modes, name);

    /// <summary>0: there is no such flag.</summary>
    public static int Flag(string name) => name switch
    {
        "MPOL_F_NUMA_BALANCING" => 1 << 13,
        "MPOL_F_RELATIVE_NODES" => 1 << 14,
        "MPOL_F_STATIC_NODES" => 1 << 15,
        _ => 0,
    };

    /// <summary>The mode with its flags, as the kernel takes it.</summary>
    public static int Mode(OciMemoryPolicy policy)
    {
        int mode = Mode(policy.Mode);
        foreach (string flag in policy.Flags ?? []) mode |= Flag(flag);
        return mode;
    }
}
