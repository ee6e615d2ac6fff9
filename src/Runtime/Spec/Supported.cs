using Minirun.Linux;
using Minirun.Runtime.Namespaces;

namespace Minirun.Runtime.Spec;

/// <summary>
/// What this version can do of what the specification names: <c>features</c> says no more than this. Whoever adds a section of config.json sets its line here.
/// </summary>
public static class Supported
{
    public const string MinimumVersion = "1.0.0", MaximumVersion = "1.3.0";
    public const bool CgroupV1 = true, CgroupV2 = true, Systemd = true, SystemdUser = true, CgroupRdma = true;
    public const bool Apparmor = false, Selinux = false, IntelRdt = false, IntelRdtMonitoring = false, IdmappedMounts = false, NetDevices = false;

    /// <summary>Kinds of hooks that are run.</summary>
    public static readonly string[] Hooks = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"];

    /// <summary>Of linux.memoryPolicy.</summary>
    public static readonly string[] MemoryPolicyModes = [], MemoryPolicyFlags = [];

    /// <summary>Of linux.seccomp; no actions: there is none.</summary>
    public static readonly string[] SeccompActions = [], SeccompOperators = [], SeccompArchitectures = [], SeccompFlags = [];

    /// <summary>Annotations that change how safe a container is. None does.</summary>
    public static readonly string[] UnsafeAnnotations = [];

    // Every option that config.md knows. Whether it is one here is for the code to say that takes them.
    private static readonly string[] s_mountOptions =
    [
        "acl", "async", "atime", "bind", "defaults", "dev", "diratime", "dirsync", "exec", "idmap", "iversion", "lazytime", "loud", "mand", "noacl", "noatime", "nodev",
        "nodiratime", "noexec", "noiversion", "nolazytime", "nomand", "norelatime", "nostrictatime", "nosuid", "nosymfollow", "private", "ratime", "rbind", "rdev",
        "rdiratime", "relatime", "remount", "rexec", "ridmap", "rnoatime", "rnodev", "rnodiratime", "rnoexec", "rnorelatime", "rnostrictatime", "rnosuid", "rnosymfollow", "ro",
        "rprivate", "rrelatime", "rro", "rrw", "rshared", "rslave", "rstrictatime", "rsuid", "rsymfollow", "runbindable", "rw", "shared", "silent", "slave",
        "strictatime", "suid", "symfollow", "sync", "tmpcopyup", "unbindable",
    ];

    /// <summary>Those that are not handed to a file system as its own.</summary>
    public static IEnumerable<string> MountOptions => s_mountOptions.Where(option => Mounts.MountOptions.Parse([option]).Data.Length == 0);

    public static IEnumerable<string> Namespaces => NamespaceSet.OciNames(ulong.MaxValue).Order(StringComparer.Ordinal);

    public static IEnumerable<string> Capabilities => capability.Names;
}
