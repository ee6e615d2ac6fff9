using System.Text;
using Minirun.Plan;
using Minirun.Linux;
using Minirun.Runtime.Namespaces;
using Minirun.Runtime.Security;
using Minirun.Runtime.Spec;

namespace Minirun.Runtime.Plan;

/// <summary>An operation's calls with their arguments, in the way of strace(1).</summary>
public static class Strace
{
    public static string Show(Operation operation) => operation.Step != LaunchStep.None ? Launch(operation) : operation.Code switch
    {
        OpCode.ParentDeath => operation.A == 0 ? "prctl(PR_SET_PDEATHSIG, 0)" : "prctl(PR_SET_PDEATHSIG, SIGKILL)",
        OpCode.Propagation => $"mount(NULL, \"/\", NULL, MS_REC|{Propagation(operation.A & ~sys_mount.MS_REC)}, NULL)",
        OpCode.BindRoot => $"open_tree(AT_FDCWD, {Quote(operation.Path!)}, OPEN_TREE_CLONE|AT_RECURSIVE) = root; mount_setattr(root, "
            + $"{(operation.D == 0 ? "" : Attributes(operation.D) + "|")}MS_UNBINDABLE); move_mount(root → "
                + $"{(operation.B != 0 ? Quote(operation.Path!) : "\"/\"")})",
        OpCode.OverlayRoot =>
            Overlay(operation.Path!, operation.S2 is null ? "" : ",userxattr", operation.D) + " = root; move_mount(root → \"/\")",
        OpCode.OpenRoot => $"openat(AT_FDCWD, {Quote(operation.Path!)}, O_PATH|O_DIRECTORY) = root",
        OpCode.MountFs => $"fsmount({Quote((string)operation.S1!)}, "
            + $"{Attributes(operation.A)}{Data(operation.S3)}){FileSystem(operation)}; move_mount(→ root{operation.Path})",
        OpCode.MountOverlay => Overlay((string)operation.S1!, "", operation.A) + $"; move_mount(→ root{operation.Path})",
        OpCode.Bind => Bind(operation),
        OpCode.CgroupBind => $"open_tree({Quote((string)operation.S1!)} + own cgroup of {operation.S3}, "
            + $"OPEN_TREE_CLONE){SetAttributes(operation)}; move_mount(→ root{operation.Path})",
        OpCode.Remount => $"openat2(root{operation.Path}){SetAttributes(operation)}",
        OpCode.MountAttributes => $"mount_setattr(root{operation.Path}, {Attributes(operation.A)})",
        OpCode.OpenDev => $"openat2(root{operation.Path}, O_PATH) = dev",
        OpCode.Device => Device(operation),
        OpCode.Copy =>
            $"openat(root/dev, \".copy\", O_CREAT|O_EXCL); sendfile(← {Quote((string)operation.S1!)}); open_tree(OPEN_TREE_CLONE)"
            + $"{SetAttributes(operation)}; move_mount(→ root{operation.Path}); unlinkat(root/dev/.copy)",
        OpCode.SettleRoot => "mount_setattr(root, MS_PRIVATE)",
        OpCode.NullStdio => "openat(root/dev, \"null\") = fd; dup3(fd → 0, 1, 2 where they are /dev/null)",
        OpCode.Symlink => $"{(operation.A == 0 ? "" : $"unlinkat(root{operation.Path}); ")}symlinkat({Quote((string)operation.S1!)}, "
            + $"root{operation.Path})",
        OpCode.Mask when (operation.Flags & OpFlags.EitherKind) != 0 =>
            $"open_tree(\"/dev/null\" or empty directory, OPEN_TREE_CLONE); move_mount(→ root{operation.Path})",
        OpCode.Mask => (operation.Flags & OpFlags.File) != 0
            ? $"open_tree(\"/dev/null\", OPEN_TREE_CLONE); move_mount(→ root{operation.Path})"
            : $"open_tree(empty directory, OPEN_TREE_CLONE); mount_setattr(MOUNT_ATTR_RDONLY); move_mount(→ root{operation.Path})",
        OpCode.EnsureDirectory => $"mkdirat(root, {Quote((string)operation.S1!)}, 0755)",
        OpCode.Console => "openat(root/dev/pts, \"ptmx\"); ioctl(TIOCGPTPEER); setsid(); ioctl(TIOCSCTTY); dup3(→ 0, 1, 2); move_mount(→ "
            + "root/dev/console)",
        OpCode.PivotRoot => $"fchdir(root); pivot_root(\".\", \".\"); "
            + $"{(operation.A == 0 ? "" : "mount_setattr(old root, MS_SLAVE|AT_RECURSIVE); ")}umount2(\".\", MNT_DETACH); chdir(\"/\")",
        OpCode.Chroot => "fchdir(root); chroot(\".\"); chdir(\"/\")",
        OpCode.MoveRoot => "umount2(procfs and sysfs of the host, MNT_DETACH); fchdir(root); chroot(\".\"); chdir(\"/\")",
        OpCode.RootAttributes => $"mount_setattr(AT_FDCWD, \"/\", "
            + $"{(operation.C == 0 ? Attributes(operation.A) : Propagation(operation.C))}{Tree(operation.Flags)})",
        OpCode.CheckRoot => "statx(\"/\", \"/..\", \".\", STATX_MNT_ID_UNIQUE); "
            + $"{(operation.A == 0 ? "mount_setattr(old root) = EINVAL; " : "")}"
            + $"{(operation.A == 2 ? "" : "listmount(LSMT_ROOT, old root's and later); ")}statx(0, 1, 2)",
        OpCode.Hostname => $"sethostname({Quote((string)operation.S1!)})",
        OpCode.Domainname => $"setdomainname({Quote((string)operation.S1!)})",
        OpCode.Notify => $"socket(AF_UNIX, SOCK_DGRAM); bind({operation.S1}); sendmsg(→ minirun, SCM_RIGHTS)",
        OpCode.Loopback => "ioctl(SIOCSIFFLAGS, lo, IFF_UP)",
        OpCode.WriteFile => $"write({operation.S1}, {Quote((string)operation.S2!)})",
        OpCode.Rlimit => $"prlimit64(0, {Rlimits.Names[(int)operation.A]}, {{{Limit(operation.B)}, {Limit(operation.C)}}})",
        OpCode.Nice => $"setpriority(PRIO_PROCESS, 0, {operation.A})",
        OpCode.Affinity => $"sched_setaffinity(0, [{operation.Path}])",
        OpCode.OpenProc => operation.A == 0
            ? "fsmount(\"proc\", MOUNT_ATTR_NOSUID|MOUNT_ATTR_NODEV|MOUNT_ATTR_NOEXEC) = proc"
            : $"fstatfs({operation.A}) = proc",
        OpCode.WriteProc => $"write(proc/{operation.S1}, {Quote(operation.Path!)})",
        OpCode.Label => $"write(proc/{operation.S1}, {Quote(System.Text.Encoding.UTF8.GetString((byte[])operation.S3!))})",
        OpCode.TimeNamespace =>
            $"unshare(CLONE_NEWTIME); write(proc/self/timens_offsets, {Quote(operation.Path!)}); setns(proc/self/ns/time_for_children)",
        OpCode.Hook => $"clone3({{exit_signal=SIGCHLD}}); execve({Quote(operation.Path!)}, "
            + $"[{string.Join(", ", ((string[])operation.S2!).Select(Quote))}]){(operation.B == 0 ? "" : $", {operation.B} s")}",
        OpCode.Scheduler => $"sched_setattr(0, {operation.Path})",
        OpCode.IoPriority => $"ioprio_set(IOPRIO_WHO_PROCESS, 0, {operation.Path})",
        OpCode.MemoryPolicy => $"set_mempolicy({operation.Path})",
        OpCode.Personality => $"personality({operation.Path})",
        OpCode.Umask => $"umask(0{Convert.ToString(operation.A, 8)})",
        OpCode.Session => "setsid()",
        OpCode.Keyring => "keyctl(KEYCTL_JOIN_SESSION_KEYRING, NULL)",
        OpCode.StdioOwner => $"fchownat({Streams(operation.C != 0 ? 7 : operation.B)}: {operation.A})",
        OpCode.Bounding => $"prctl(PR_CAPBSET_DROP, all but {Capabilities(operation.A)})",
        OpCode.Identity => $"{(operation.C < 0 ? "" : $"setgroups({operation.C}); ")}setresgid({operation.B}); setresuid({operation.A})",
        OpCode.Capabilities => $"capset({{effective={Capabilities(operation.A)}, "
            + $"permitted={(operation.A == operation.B ? "…same" : Capabilities(operation.B))}, "
                + $"inheritable={Capabilities(operation.C)}}}){(operation.D == 0 ? "" : $"; prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, "
                    + $"{Capabilities(operation.D)})")}",
        OpCode.NoNewPrivileges => "prctl(PR_SET_NO_NEW_PRIVS, 1)",
        OpCode.Seccomp => $"seccomp(SECCOMP_SET_MODE_FILTER, {operation.Path})",
        OpCode.CloseFds => $"close_range({operation.A}, ~0)",
        OpCode.WorkingDirectory => $"chdir({Quote((string)operation.S1!)}); getcwd()",
        OpCode.Signals => "rt_sigaction(SIGPIPE, SIG_DFL); rt_sigaction(SIGXFSZ, SIG_DFL); rt_sigprocmask(SIG_SETMASK, [])",
        OpCode.OpenChildren => $"openat(AT_FDCWD, {Quote(operation.Path!)}, O_RDONLY) = children",
        OpCode.Reaper => "clone(SIGCHLD); rt_sigtimedwait(), wait4() until the command ends",
        OpCode.Exec => Exec((string)operation.S1!, (CommandLine)operation.S2!),
        _ => operation.Code.ToString(),
    };

    private static string Overlay(string lower, string options, long attributes)
    {
        string flags = attributes == 0 ? "" : ", " + Attributes(attributes);
        return $"fsmount(\"overlay\", lowerdir={lower},upperdir=tmpfs:/upper,workdir=tmpfs:/work{options}{flags})";
    }

    private static string Exec(string places, CommandLine command)
    {
        IEnumerable<string> files = places.Split('\0', StringSplitOptions.RemoveEmptyEntries);
        return $"execve({string.Join(" | ", files.Select(Quote))}, [{string.Join(", ", command.Words.Select(Quote))}])";
    }

    private static string Streams(long set) => string.Join(", ", Enumerable.Range(0, 3).Where(fd => (set >> fd & 1) != 0));

    /// <summary>A string in quotes, with what does not print escaped.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (char c in text)
            quoted.Append(
                c switch { '\n' => "\\n", '"' => "\\\"", '\\' => "\\\\", _ when char.IsControl(c) => $"\\{Convert.ToString(c, 8)}",
                    _ => c });
        return quoted.Append('"').ToString();
    }

    /// <summary>In one line.</summary>
    private static string Limits(OciResources? limits) =>
        limits is null
            ? "{}"
            : string.Concat(
                System.Text.Json.JsonSerializer.Serialize(limits, OciJson.Default.OciResources).Split('\n').Select(line => line.Trim()));

    private static string Launch(Operation operation) => operation.Step switch
    {
        LaunchStep.Cgroup =>
            $"mkdir(cgroup); write(limits, {Limits(operation.S1 as OciResources)}); clone3(CLONE_INTO_CGROUP), or write(cgroup.procs, pid)",
        LaunchStep.LockDevices => "unshare(CLONE_NEWNS); mount_setattr(\"/\", MOUNT_ATTR_NODEV, AT_RECURSIVE), all but "
            + string.Join(", ", ((List<string>)operation.S1!).Select(Quote)),
        LaunchStep.Clone => $"clone({(operation.A == 0 ? "" : NamespaceSet.Format((ulong)operation.A) + "|")}CLONE_VM|CLONE_PIDFD|SIGCHLD)",
        LaunchStep.IdMaps => Maps(operation),
        LaunchStep.Join => $"setns({(operation.Path is { } path ? Quote(path) : "pidfd")}, {NamespaceSet.Format((ulong)operation.A)})",
        LaunchStep.CloneAgain => $"clone({(operation.A == 0 ? "" : NamespaceSet.Format((ulong)operation.A) + "|")}CLONE_PARENT|SIGCHLD)",
        LaunchStep.EnterRootfs => $"chdir({Quote(operation.Path!)})",
        LaunchStep.BecomeRoot =>
            $"setresgid({operation.B}, {operation.B}, {operation.B}); setresuid({operation.A}, {operation.A}, {operation.A})",
        LaunchStep.KeepCapabilities => "capset(inheritable=all); prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, each)",
        LaunchStep.OpenSource => $"open({Quote(operation.Path!)}, O_PATH) = fd",
        LaunchStep.MapSource when operation.Source!.Node is { } node =>
            $"mknod(tmpfs{operation.Path}, 0{Convert.ToString(node.Mode, 8)}, {node.Number}); chown({node.Uid}, "
                + $"{node.Gid}); open_tree(tmpfs{operation.Path}, OPEN_TREE_CLONE) = fd",
        LaunchStep.MapSource when operation.Source!.Network is { } network =>
            $"setns({Quote(network)}, CLONE_NEWNET); fsmount(\"sysfs\") = fd",
        LaunchStep.MapSource =>
            $"open_tree({Quote(operation.Path!)}, OPEN_TREE_CLONE{(operation.Source!.Recursive ? "|AT_RECURSIVE" : "")}) = fd"
            + (operation.Source.MapsIds ? "; " + MapIds(operation.Source) : ""),
        LaunchStep.Streams => $"dup3(pipe, {Streams(operation.A)})",
        LaunchStep.SealProgram => "open_tree(minirun, OPEN_TREE_CLONE) = fd; mount_setattr(fd, MOUNT_ATTR_RDONLY)",
        _ => "execveat(fd, \"\", [\"fork-news\", plan], [], AT_EMPTY_PATH)",
    };

    private static string Maps(Operation operation)
    {
        string uids = Quote(IdMap.Format((List<OciIdMapping>)operation.S1!)), gids = Quote(IdMap.Format((List<OciIdMapping>)operation.S2!));
        if (operation.B != 0) return $"newuidmap PID {uids}; newgidmap PID {gids}";
        return $"{(operation.A != 0 ? "write(/proc/PID/setgroups, \"deny\"); " : "")}write(/proc/PID/uid_map, "
            + $"{uids}); write(/proc/PID/gid_map, {gids})";
    }

    private static string MapIds(MountSource source)
    {
        string maps = source.UserNamespace is { } space ? Quote(space)
            : $"uids {Quote(IdMap.Format(source.Uids))}, gids {Quote(IdMap.Format(source.Gids))}";
        return $"mount_setattr(fd, MOUNT_ATTR_IDMAP, {maps}{(source.MapsTree ? ", AT_RECURSIVE" : "")})";
    }

    private static string Bind(Operation operation)
    {
        string source = (operation.Flags & OpFlags.SourceInRoot) != 0 ? "root" + operation.Path
            : (operation.Flags & OpFlags.SourceOfOwnTree) != 0 ? "root/" + operation.S1
            : Quote((string)operation.S1!);
        bool later = operation.Source?.MapsLater == true;
        if (operation.Source is { } prepared && !later) source = prepared switch
        {
            { MapsIds: true } => "idmapped ",
            { Network: not null } => "joined ",
            { Detached: true } => "cloned ",
            _ => "opened ",
        } + source;
        string open = operation.Source?.Detached == true
            ? source
            : $"open_tree({source}, OPEN_TREE_CLONE{((operation.Flags & OpFlags.Recursive) != 0 ? "|AT_RECURSIVE" : "")})";
        string mapped = later ? " = fd; by minirun: " + MapIds(operation.Source!) : "";
        return $"{open}{mapped}{SetAttributes(operation)}; move_mount(→ root{operation.Path})";
    }

    private static string SetAttributes(Operation operation)
    {
        bool all = (operation.Flags & OpFlags.PropagationRecursive) != 0;
        return Set(operation.E, operation.F, all ? operation.C : 0, "|AT_RECURSIVE")
            + Set(operation.A, operation.B, all ? 0 : operation.C, "");
    }

    private static string FileSystem(Operation operation) => Set(operation.E, operation.F, operation.C, "|AT_RECURSIVE");

    private static string Set(long set, long clear, long propagation, string tree)
    {
        if ((set | clear | propagation) == 0) return "";
        List<string> parts = [];
        if (set != 0) parts.Add(Attributes(set));
        if (clear != 0) parts.Add("~" + Attributes(clear));
        if (propagation != 0) parts.Add(Propagation(propagation));
        return $"; mount_setattr({string.Join(", ", parts)}{tree})";
    }

    private static string Tree(OpFlags flags) => (flags & OpFlags.PropagationRecursive) != 0 ? ", AT_RECURSIVE" : "";

    private static string Device(Operation operation)
    {
        string number = operation.D == 0 ? "" : $", makedev({operation.D >> 32}, {(uint)operation.D})";
        string type =
            (operation.A & sys_stat.S_IFMT) switch { sys_stat.S_IFBLK => "S_IFBLK", sys_stat.S_IFIFO => "S_IFIFO", _ => "S_IFCHR" };
        string bound = operation.Source is null ? $"open_tree({Quote((string)operation.S1!)}, OPEN_TREE_CLONE)" : $"made {operation.Path}";
        string attributes = (operation.Source is null ? "MOUNT_ATTR_RDONLY|" : "") + "MOUNT_ATTR_NOSUID|MOUNT_ATTR_NOEXEC";
        return operation.E != 0
            ? $"{bound}; statx({type}{number}); mount_setattr({attributes}); move_mount(→ root{operation.Path})"
            : $"mknodat(root{operation.Path}, {type}|0{Convert.ToString(operation.A & 0xfff, 8)}{number}); "
                + $"fchownat({operation.B}, {operation.C})";
    }

    private static string Attributes(long flags)
    {
        List<string> names = [];
        if ((flags & sys_mount.MOUNT_ATTR_RDONLY) != 0) names.Add("MOUNT_ATTR_RDONLY");
        if ((flags & sys_mount.MOUNT_ATTR_NOSUID) != 0) names.Add("MOUNT_ATTR_NOSUID");
        if ((flags & sys_mount.MOUNT_ATTR_NODEV) != 0) names.Add("MOUNT_ATTR_NODEV");
        if ((flags & sys_mount.MOUNT_ATTR_NOEXEC) != 0) names.Add("MOUNT_ATTR_NOEXEC");
        if ((flags & sys_mount.MOUNT_ATTR__ATIME) == sys_mount.MOUNT_ATTR__ATIME)
            return flags == sys_mount.MOUNT_ATTR__ATIME
                ? "MOUNT_ATTR__ATIME"
                : Attributes(flags & ~sys_mount.MOUNT_ATTR__ATIME) + "|MOUNT_ATTR__ATIME";
        if ((flags & sys_mount.MOUNT_ATTR_NOATIME) != 0) names.Add("MOUNT_ATTR_NOATIME");
        if ((flags & sys_mount.MOUNT_ATTR_STRICTATIME) != 0) names.Add("MOUNT_ATTR_STRICTATIME");
        if ((flags & sys_mount.MOUNT_ATTR_NODIRATIME) != 0) names.Add("MOUNT_ATTR_NODIRATIME");
        if ((flags & sys_mount.MOUNT_ATTR_NOSYMFOLLOW) != 0) names.Add("MOUNT_ATTR_NOSYMFOLLOW");
        return names.Count == 0 ? "0" : string.Join('|', names);
    }

    private static string Propagation(long flags) => flags switch
    {
        sys_mount.MS_PRIVATE => "MS_PRIVATE",
        sys_mount.MS_SLAVE => "MS_SLAVE",
        sys_mount.MS_SHARED => "MS_SHARED",
        _ => "MS_UNBINDABLE",
    };

    private static string Data(object? options) => options is string text ? ", " + Quote(text.TrimEnd('\0').Replace('\0', ',')) : "";

    private static string Limit(long value) => value == -1 ? "RLIM64_INFINITY" : value.ToString();

    private static string Capabilities(long set) =>
        set == 0 ? "none" : (ulong)set == capability.All ? "all" : string.Join('|', CapabilitySet.Names((ulong)set));
}
