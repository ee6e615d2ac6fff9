using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime.Namespaces;
using Minirun.Runtime.Spec;
using winsize = Tmds.Linux.winsize;

namespace Minirun.Runtime.Request;

/// <summary>
/// What a plan depends on besides what was asked for: who runs it, on what machine. Everything is read lazily and once, so that a start
/// pays only for what it uses, and a test can give its own (the golden plans do).
/// </summary>
public class Host
{
    private readonly StandardStream?[] _streams = new StandardStream?[3];

    public virtual uint Uid { get; } = unistd.geteuid();

    public virtual uint Gid { get; } = unistd.getegid();

    /// <summary>Whether a file of the host exists.</summary>
    public virtual bool Exists(string path) => fcntl.faccessat(fcntl.AT_FDCWD, path, unistd.F_OK, 0) == 0;

    /// <summary>The full paths of what is in a directory of the host, in order.</summary>
    public virtual IEnumerable<string> Names(string directory) =>
        Directory.Exists(directory) ? Directory.EnumerateFileSystemEntries(directory).Order(StringComparer.Ordinal) : [];

    /// <summary>The type bits (S_IFMT) of a file of the host; 0 when there is none.</summary>
    public virtual unsafe int FileType(string path)
    {
        statx status;
        return sys_stat.statx_(fcntl.AT_FDCWD, path, 0, sys_stat.STATX_BASIC_STATS, &status) < 0 ? 0 : status.stx_mode & sys_stat.S_IFMT;
    }

    /// <summary>Major and minor number of a device of the host.</summary>
    public virtual unsafe (uint Major, uint Minor) DeviceNumber(string path)
    {
        statx status;
        return sys_stat.statx_(fcntl.AT_FDCWD, path, 0, sys_stat.STATX_BASIC_STATS, &status) < 0
            ? (0, 0)
            : (status.stx_rdev_major, status.stx_rdev_minor);
    }

    /// <summary>Whether two paths of the host lead to one file: two namespace files, to one namespace.</summary>
    public virtual unsafe bool IsSameFile(string path, string other)
    {
        statx one, two;
        return sys_stat.statx_(fcntl.AT_FDCWD, path, 0, sys_stat.STATX_BASIC_STATS, &one) == 0
            && sys_stat.statx_(fcntl.AT_FDCWD, other, 0, sys_stat.STATX_BASIC_STATS, &two) == 0
            && one.stx_ino == two.stx_ino && one.stx_dev_major == two.stx_dev_major && one.stx_dev_minor == two.stx_dev_minor;
    }

    /// <summary>Whether a network namespace belongs to a user namespace (ioctl_ns(2)); also where that is not known.</summary>
    public virtual unsafe bool OwnsNetwork(string user, string network)
    {
        const nuint getUserNamespace = 0xb701;   // NS_GET_USERNS
        int space = fcntl.open(network, fcntl.O_RDONLY | fcntl.O_CLOEXEC);
        int owner = space < 0 ? -1 : termios_.ioctl(space, getUserNamespace, null);
        bool owns = owner < 0 || IsSameFile(Linux.Calls.Entry.Link(owner), user);
        if (owner >= 0) unistd.close(owner);
        if (space >= 0) unistd.close(space);
        return owns;
    }

    public virtual bool HasAppArmor
    {
        get
        {
            const string enabled = "/sys/module/apparmor/parameters/enabled";
            return Exists(enabled) && ProcFile.Read(enabled).StartsWith('Y');
        }
    }

    /// <summary>selinuxfs is there: SELinux is on, though it may not enforce.</summary>
    public virtual unsafe bool HasSelinux
    {
        get
        {
            statfs status;
            return sys_vfs.statfs_("/sys/fs/selinux", &status) == 0 && status.f_type == sys_vfs.SELINUX_MAGIC;
        }
    }

    /// <summary>What a symlink of the host says; null when there is none.</summary>
    public virtual string? LinkTarget(string path) => ProcFile.ReadLink(path);

    /// <summary>Our own mounts that a path leads to, oldest first.</summary>
    public virtual IReadOnlyList<MountInfo> Mounts => field ??= [.. MountInfo.Read()];

    /// <summary>Also those that others cover.</summary>
    public virtual IEnumerable<MountInfo> AllMounts => MountInfo.ReadAll();

    /// <summary>Whether the cgroups are of version 2 alone.</summary>
    public virtual unsafe bool IsUnifiedCgroup
    {
        get
        {
            statfs status;
            return sys_vfs.statfs_("/sys/fs/cgroup", &status) == 0 && status.f_type == sys_vfs.CGROUP2_SUPER_MAGIC;
        }
    }

    /// <summary>Whether there is a hierarchy that may be written in: in a container root sees them read-only.</summary>
    public virtual bool CanMakeCgroups
    {
        get
        {
            foreach (MountInfo mount in Mounts)
                if (mount.Type is "cgroup" or "cgroup2" && fcntl.faccessat(fcntl.AT_FDCWD, mount.Path, unistd.W_OK, 0) == 0) return true;
            return false;
        }
    }

    /// <summary>Whether we are in a user namespace that is not the first one: no device node can be made there (mknod(2)).</summary>
    public virtual bool IsInUserNamespace => !IdMap.IsInitial;

    /// <summary>A container gets a terminal unasked when all three are one: what goes elsewhere, such as `2>FILE`, is kept apart.</summary>
    public bool IsOnTerminal => IsTerminal(0) && IsTerminal(1) && IsTerminal(2);

    public virtual bool IsTerminal(int fd) => unistd.isatty(fd) == 1;

    /// <summary>What our stdin, stdout or stderr is.</summary>
    public virtual StandardStream Stream(int fd) => fd is >= 0 and < 3 ? _streams[fd] ??= Look(fd) : Look(fd);

    private static unsafe StandardStream Look(int fd)
    {
        statx status;
        if (sys_stat.statx_(fd, "", fcntl.AT_EMPTY_PATH, sys_stat.STATX_BASIC_STATS, &status) < 0) return default;
        int type = status.stx_mode & sys_stat.S_IFMT;
        bool isNull = status is { stx_rdev_major: 1, stx_rdev_minor: 3 };
        bool isTerminal = type == sys_stat.S_IFCHR && !isNull && unistd.isatty(fd) == 1;
        bool isNameless = type == sys_stat.S_IFSOCK && IsNameless(fd);
        return new StandardStream(status.stx_mode, status.stx_uid, status.stx_gid, isTerminal, isNameless)
        {
            IsNull = isNull && type == sys_stat.S_IFCHR,
            Listens = type == sys_stat.S_IFSOCK && Listens(fd),
        };
    }

    /// <summary>As <see cref="StandardStream.Check"/>.</summary>
    /// <param name="first">1: stdin stays out.</param>
    public void CheckStreams(int first = 0) => StandardStream.Check(this, first);

    private static unsafe bool Listens(int fd)
    {
        int listens = 0;
        uint length = sizeof(int);
        return sys_socket.getsockopt(fd, sys_socket.SOL_SOCKET, sys_socket.SO_ACCEPTCONN, &listens, &length) == 0 && listens != 0;
    }

    /// <summary>A unix socket that was bound to no name: one end of a socketpair(2), or a connection to a daemon's.</summary>
    private static unsafe bool IsNameless(int fd)
    {
        ushort* address = stackalloc ushort[64];
        uint length = 128;
        return sys_socket.getsockname(fd, address, &length) == 0 && *address == sys_socket.AF_UNIX && length == sizeof(ushort);
    }

    /// <summary>The size of the caller's terminal; null when there is none.</summary>
    public virtual unsafe OciBox? TerminalSize
    {
        get
        {
            winsize size;
            bool known = termios_.ioctl(1, termios_.TIOCGWINSZ, &size) == 0 || termios_.ioctl(0, termios_.TIOCGWINSZ, &size) == 0
                || termios_.ioctl(2, termios_.TIOCGWINSZ, &size) == 0;
            return known ? new OciBox { Height = size.ws_row, Width = size.ws_col } : null;
        }
    }

    /// <summary>Our own permitted capabilities.</summary>
    public virtual ulong Capabilities => Security.CapabilitySet.OwnPermitted();

    /// <summary>Our own hard limit (getrlimit(2)).</summary>
    public virtual unsafe ulong HardLimit(int resource)
    {
        ulong* limit = stackalloc ulong[2];
        return sys_syscall.syscall(sys_syscall.SYS_prlimit64, 0, resource, 0, (nint)limit) < 0 ? 0 : limit[1];
    }

    /// <summary>Our own OOM score (proc_pid_oom_score_adj(5)).</summary>
    public virtual int OomScore =>
        Exists("/proc/self/oom_score_adj") && int.TryParse(ProcFile.Read("/proc/self/oom_score_adj"), out int score) ? score : 0;

    /// <summary>The ids that exist for us: what we could map one to one.</summary>
    public virtual IReadOnlyList<IdMap> OwnUidMap => IdMap.ReadOwn("uid_map");

    public virtual IReadOnlyList<IdMap> OwnGidMap => IdMap.ReadOwn("gid_map");

    /// <summary>The maker of the user namespace that we are in gave setgroups(2) up, for all that are made below it, too.</summary>
    public virtual bool DeniesSetgroups =>
        !IdMap.IsInitial && RegularFile.ReadText("/proc/self/setgroups")?.StartsWith("deny", StringComparison.Ordinal) == true;

    /// <summary>
    /// The ranges of /etc/subuid and /etc/subgid that belong to us, and newuidmap to use them with; null when any is missing.
    /// </summary>
    public virtual SubordinateIds? SubordinateIds => Namespaces.SubordinateIds.Find(Uid);

    /// <summary>Major and minor number of the kernel.</summary>
    public virtual Version Kernel => System.Environment.OSVersion.Version;

    public virtual string? Environment(string name) => stdlib.Variable(name);

    public virtual string CurrentDirectory => Linux.CurrentDirectory.Path;

    /// <summary>The current directory is asked for only where a path needs it: it may have been deleted.</summary>
    public string FullPath(string path) => Path.IsPathRooted(path) ? Path.GetFullPath(path) : Path.GetFullPath(path, CurrentDirectory);

    /// <summary>A file inside a root file system, read with every symlink kept inside; null when there is none.</summary>
    public virtual string? ReadInside(string rootfs, string path) => Minirun.Runtime.Mounts.RootReader.Read(rootfs, path);

    /// <summary>The path of the running program: executed again as fork-news.</summary>
    public virtual string Executable => ProcFile.ReadLink("/proc/self/exe") ?? "/proc/self/exe";
}
