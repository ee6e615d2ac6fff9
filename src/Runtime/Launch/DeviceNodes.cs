using Minirun.Linux;
using Minirun.Plan;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Scripts;
using static Minirun.Linux.sys_mount;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Launch;

/// <summary>
/// Makes device nodes for a container with a user namespace, where nobody can make one (mknod(2)): a child of ours makes them in a tmpfs in
/// a mount namespace of its own and clones each as a detached mount, which fork-news moves into place. They are the container's own, with
/// the owner and the mode of the document, and need not be on the host.
/// </summary>
internal static class DeviceNodes
{
    private const int FileSystem = 0, Mount = 1, Node = 2;

    /// <summary>Each source gets its descriptor; none does where we may not make nodes, and then fork-news binds the host's.</summary>
    public static void Prepare(List<MountSource> sources, int anyFd, int firstFd)
    {
        if (sources.Count == 0) return;
        foreach (MountSource source in sources)
            source.Fd = (int)LinuxException.Check(fcntl.fcntl_(anyFd, fcntl.F_DUPFD_CLOEXEC, firstFd), "fcntl(F_DUPFD)");
        if (Make(sources)) return;
        foreach (MountSource source in sources)
        {
            unistd.close(source.Fd);
            source.Fd = 0;
        }
    }

    private static bool Make(List<MountSource> sources)
    {
        using var script = new ScriptWriter();
        script.Add(0, SYS_mount, 0, script.Text("/"), 0, MS_REC | MS_PRIVATE);
        script.Add(0, SYS_umask, 0);
        script.Add(0, SYS_fsopen, script.Text("tmpfs"), FSOPEN_CLOEXEC).Keep = FileSystem;
        script.Add(0, SYS_fsconfig, RawCall.Register + FileSystem, FSCONFIG_CMD_CREATE);
        script.Add(0, SYS_fsmount, RawCall.Register + FileSystem, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC).Keep = Mount;
        // A clone is made only of what is mounted in one's namespace (open_tree(2)).
        script.Add(0, SYS_move_mount, RawCall.Register + Mount, script.Text(""), fcntl.AT_FDCWD, script.Text("/"), MOVE_MOUNT_F_EMPTY_PATH);
        for (int i = 0; i < sources.Count; i++) Add(script, script.Text(i.ToString()), sources[i]);
        script.Add(0, SYS_close, RawCall.Register + FileSystem);
        script.Add(0, SYS_close, RawCall.Register + Mount);
        script.Add(0, SYS_exit_group, 0);
        // The descriptors of the child are ours.
        (int pid, int pidfd) = script.Clone(sched.CLONE_NEWNS | sched.CLONE_FILES, -1, PlanMode.Quiet);
        unistd.close(pidfd);
        return ExitStatus.Wait(pid) == 0;
    }

    private static void Add(ScriptWriter script, long name, MountSource source)
    {
        DeviceNode node = source.Node!.Value;
        const long mount = RawCall.Register + Mount, made = RawCall.Register + Node;
        script.Add(0, SYS_mknodat, mount, name, node.Mode, node.Number);
        script.Add(0, SYS_fchownat, mount, name, node.Uid, node.Gid, fcntl.AT_SYMLINK_NOFOLLOW);
        // A change of the owner may take bits of the mode away (chown(2)).
        script.Add(0, SYS_fchmodat, mount, name, node.Mode & 0xfff);
        script.Add(0, SYS_open_tree, mount, name, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC).Keep = Node;
        script.Add(0, SYS_dup3, made, source.Fd, fcntl.O_CLOEXEC);
        script.Add(0, SYS_close, made);
    }
}
