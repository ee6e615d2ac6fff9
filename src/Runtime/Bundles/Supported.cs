using System.Runtime.InteropServices;
using Minirun.Linux;
using Minirun.Runtime.Namespaces;
using Minirun.Runtime.Security.Seccomp;

namespace Minirun.Runtime.Bundles;

/// <summary>
/// What this version can do of what the specification names: <c>features</c> says no more than this. Whoever adds a section of config.json
/// sets its line here.
/// </summary>
public static class Supported
{
    public const string MinimumVersion = "1.0.0", MaximumVersion = "1.3.0";
    public const bool CgroupV1 = true, CgroupV2 = true, Systemd = true, SystemdUser = true, CgroupRdma = true;
    public const bool Apparmor = true, Selinux = true, IntelRdt = true, IntelRdtMonitoring = true, IdmappedMounts = true, NetDevices = true;

    /// <summary>Kinds of hooks that are run.</summary>
    public static readonly string[] Hooks = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"];

    public static readonly string[] MemoryPolicyModes =
        ["MPOL_DEFAULT", "MPOL_PREFERRED", "MPOL_BIND", "MPOL_INTERLEAVE", "MPOL_LOCAL", "MPOL_PREFERRED_MANY", "MPOL_WEIGHTED_INTERLEAVE"];
    public static readonly string[] MemoryPolicyFlags = ["MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES", "MPOL_F_STATIC_NODES"];

    public static readonly string[] SeccompActions =
    [
        "SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_LOG",
            "SCMP_ACT_NOTIFY", "SCMP_ACT_TRACE", "SCMP_ACT_TRAP",
    ];

    public static readonly string[] SeccompOperators =
        ["SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_LE", "SCMP_CMP_LT", "SCMP_CMP_MASKED_EQ", "SCMP_CMP_NE"];

    public static readonly string[] SeccompFlags =
        ["SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
            "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"];

    /// <summary>Annotations that change how safe a container is. None does.</summary>
    public static readonly string[] UnsafeAnnotations = [];

    /// <summary>Those that are not handed to a file system as its own.</summary>
    public static IEnumerable<string> MountOptions => Mounts.MountOptions.Names;

    public static IEnumerable<string> Namespaces => NamespaceSet.OciNames(ulong.MaxValue).Order(StringComparer.Ordinal);

    public static IEnumerable<string> Capabilities => capability.Names;

    /// <summary>Those that filters are made for, and those that are accepted because they cannot occur here.</summary>
    public static IEnumerable<string> SeccompArchitectures =>
        SeccompArchitecture.All.Select(each => each.Name).Concat(SeccompArchitecture.Elsewhere).Order(StringComparer.Ordinal);

    /// <summary>The flags that this kernel takes, too.</summary>
    public static IEnumerable<string> SeccompFlagsOfThisKernel =>
        SeccompFlags.Where(flag => IsTaken(Security.Seccomp.SeccompFlags.Read([flag], "flags")));

    /// <summary>A filter that is no address is refused with EFAULT, but an unknown flag before that (seccomp(2)).</summary>
    private static bool IsTaken(uint flags)
    {
        // it is about listeners
        if (flags == seccomp.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV) flags |= seccomp.SECCOMP_FILTER_FLAG_NEW_LISTENER;
        return sys_syscall.syscall(sys_syscall.SYS_seccomp, seccomp.SECCOMP_SET_MODE_FILTER, (nint)flags, 0) < 0
            && Marshal.GetLastPInvokeError() == Errno.EFAULT;
    }
}
