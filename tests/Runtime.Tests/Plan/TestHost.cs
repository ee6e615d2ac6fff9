using Minirun.Linux;
using Minirun.Runtime.Namespaces;
using Minirun.Runtime.Request;

namespace Minirun.Runtime.Tests.Plan;

/// <summary>A machine that is always the same: /srv/busybox is a root file system, and a handful of files exist.</summary>
internal sealed class TestHost : Host
{
    public const string Rootfs = "/srv/busybox";

    private static readonly string[] s_directories =
        [Rootfs, "/srv/data", "/srv/data/sub", "/home/ada", "/proc/acpi", "/proc/scsi", "/sys/firmware", "/proc/bus", "/proc/fs",
            "/proc/irq", "/proc/sys",
         "/sys", "/sys/class", "/sys/fs", "/sys/fs/cgroup", "/sys/fs/ext4", "/sys/kernel", "/sys/kernel/security", "/proc", "/dev"];

    private static readonly string[] s_files =
        ["/srv/file", "/etc/resolv.conf", "/etc/hosts", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/timer_list",
            "/proc/sysrq-trigger"];

    private TestHost(uint id, ulong capabilities, params IdMap[] ids)
    {
        Uid = Gid = id;
        Capabilities = capabilities;
        OwnUidMap = OwnGidMap = ids;
    }

    public static TestHost Root() => new(0, capability.All, new IdMap(0, 0, uint.MaxValue));

    /// <summary>User 1000, without ranges in /etc/subuid.</summary>
    public static TestHost User() => new(1000, 0, new IdMap(0, 0, uint.MaxValue));

    public static TestHost UserWithRanges()
    {
        TestHost host = User();
        host.Ranges = new SubordinateIds(100000, 65536, 200000, 65536, "/usr/bin/newuidmap", "/usr/bin/newgidmap");
        return host;
    }

    /// <summary>User 1000, whose stdin, stdout and stderr are a terminal.</summary>
    public static TestHost InTerminal()
    {
        TestHost host = User();
        host.HasTerminal = true;
        host.Variables["TERM"] = "xterm-256color";
        return host;
    }

    /// <summary>User 1000 on cgroup version 2.</summary>
    public static TestHost Unified()
    {
        TestHost host = User();
        host.HasUnifiedCgroup = true;
        return host;
    }

    public override StandardStream Stream(int fd) =>
        new(HasTerminal ? 0x2190 : 0x21b6, Uid, Gid, HasTerminal, false) { IsNull = !HasTerminal };

    public bool HasTerminal { get; private set; }
    public Dictionary<string, string> Variables { get; } = [];
    public Dictionary<string, string> Inside { get; } = new()
    {
        ["/etc/passwd"] = "root:x:0:0:root:/root:/bin/sh\nwww:x:33:33:www:/var/www:/bin/false\nada:x:1000:1000::/home/ada:/bin/sh\n",
        ["/etc/group"] = "root:x:0:\ntty:x:5:\nvideo:x:44:ada\naudio:x:29:ada,www\nada:x:1000:\n",
    };

    public override uint Uid { get; }
    public override uint Gid { get; }
    public override ulong Capabilities { get; }
    public override ulong HardLimit(int resource) => 4096;
    public override int OomScore => 0;
    public override IReadOnlyList<IdMap> OwnUidMap { get; }
    public override IReadOnlyList<IdMap> OwnGidMap { get; }
    public override SubordinateIds? SubordinateIds => Ranges;
    public override string CurrentDirectory => "/srv";
    public override string Executable => "/usr/bin/minirun";

    private SubordinateIds? Ranges { get; set; }
    private bool HasUnifiedCgroup { get; set; }

    public override bool Exists(string path) => FileType(path) != 0;

    public override int FileType(string path) =>
        s_directories.Contains(path) ? sys_stat.S_IFDIR
            : s_files.Contains(path) ? sys_stat.S_IFREG
            : path == "/dev/fuse" ? sys_stat.S_IFCHR
            : 0;

    public override IEnumerable<string> Names(string directory) =>
        s_directories.Where(path => Path.GetDirectoryName(path) == directory).Order(StringComparer.Ordinal);

    public override (uint Major, uint Minor) DeviceNumber(string path) => (10, 229);

    public override bool HasAppArmor => true;

    public override string? LinkTarget(string path) => null;

    public override bool IsInUserNamespace => false;

    public override bool IsUnifiedCgroup => HasUnifiedCgroup;

    public override bool CanMakeCgroups => true;

    public override bool OwnsNetwork(string user, string network) => true;

    /// <summary>Cgroups of version 1, with two controllers in one hierarchy, and one without any.</summary>
    public override IReadOnlyList<MountInfo> Mounts { get; } =
    [
        new("/", "/proc", "rw", "proc", "rw"),
        new("/", "/sys", "rw", "sysfs", "rw"),
        new("/", "/sys/kernel/security", "rw", "securityfs", "rw"),
        new("/", "/sys/fs/cgroup/cpu,cpuacct", "rw", "cgroup", "rw,cpu,cpuacct", "cgroup"),
        new("/", "/sys/fs/cgroup/memory", "rw", "cgroup", "rw,memory", "cgroup"),
        new("/", "/sys/fs/cgroup/systemd", "rw", "cgroup", "rw,xattr,name=systemd", "systemd"),
    ];

    public override IEnumerable<MountInfo> AllMounts => Mounts;

    public override bool IsTerminal(int fd) => HasTerminal && fd < 3;

    public override Minirun.Runtime.Spec.OciBox? TerminalSize => HasTerminal ? new() { Height = 24, Width = 80 } : null;

    public override string? Environment(string name) => Variables.GetValueOrDefault(name);

    public override string? ReadInside(string rootfs, string path) => rootfs == Rootfs ? Inside.GetValueOrDefault(path) : null;
}
