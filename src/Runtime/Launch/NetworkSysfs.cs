using Minirun.Linux;
using Minirun.Plan;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Scripts;
using static Minirun.Linux.sys_mount;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Launch;

/// <summary>
/// Mounts the sysfs of a network namespace: a child of ours enters that and makes a detached mount, which fork-news moves into place. It
/// stays in our user namespace, where nobody of the container's can trace it.
/// </summary>
internal static class NetworkSysfs
{
    private const int Network = 0, FileSystem = 1, Made = 2;

    /// <param name="source">Which network.</param>
    /// <param name="fd">A descriptor that becomes the mount.</param>
    /// <returns>That.</returns>
    /// <exception cref="UserError">It cannot be mounted.</exception>
    public static int Mount(MountSource source, int fd)
    {
        using var script = new ScriptWriter();
        script.Add(0, SYS_openat, fcntl.AT_FDCWD, script.Text(source.Network!), fcntl.O_RDONLY | fcntl.O_CLOEXEC).Keep = Network;
        script.Add(0, SYS_setns, RawCall.Register + Network, (long)sched.CLONE_NEWNET);
        script.Add(0, SYS_fsopen, script.Text("sysfs"), FSOPEN_CLOEXEC).Keep = FileSystem;
        script.Add(0, SYS_fsconfig, RawCall.Register + FileSystem, FSCONFIG_CMD_CREATE);
        const long attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
        script.Add(0, SYS_fsmount, RawCall.Register + FileSystem, FSMOUNT_CLOEXEC, attributes).Keep = Made;
        script.Add(0, SYS_dup3, RawCall.Register + Made, fd, fcntl.O_CLOEXEC);
        foreach (int register in (ReadOnlySpan<int>)[Network, FileSystem, Made]) script.Add(0, SYS_close, RawCall.Register + register);
        script.Add(0, SYS_exit_group, 0);
        // The descriptors of the child are ours.
        (int pid, int pidfd) = script.Clone(sched.CLONE_FILES, -1, PlanMode.Quiet);
        unistd.close(pidfd);
        if (ExitStatus.Wait(pid) == 0) return fd;
        unistd.close(fd);
        throw new UserError($"mounts[{source.Index}]: cannot mount the sysfs of the network {source.Network}, which is joined",
            "is the network still there? With -v /sys:/sys:ro the container sees the host's");
    }
}
