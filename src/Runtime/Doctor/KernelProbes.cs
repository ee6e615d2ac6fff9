using System.Runtime.InteropServices;
using Minirun.Linux;
using static Minirun.Linux.sys_syscall;
using open_how = Tmds.Linux.open_how;

namespace Minirun.Runtime.Doctor;

/// <summary>The kernel's age, and the calls that a start is made of.</summary>
internal static unsafe class KernelProbes
{
    private const string TooOld =
        "a kernel from 5.12 on; in a container, an outer seccomp profile that lets it through (docker: --security-opt seccomp=unconfined)";

    public static IEnumerable<Probe> Examine()
    {
        yield return Release();
        yield return Probe.Of("system-calls", true, Calls(), "clone, pidfd_open, close_range, openat2", TooOld);
        yield return Probe.Of("mount-api", true, MountApi(), "fsopen, fsmount, open_tree, mount_setattr, move_mount", TooOld);
        yield return IntoCgroup();
    }

    private static Probe Release()
    {
        string release = sys_utsname.Release;
        string[] parts = release.Split('.', '-');
        bool isNew = parts.Length > 1 && int.TryParse(parts[0], out int major) && int.TryParse(parts[1], out int minor)
            && (major, minor).CompareTo((5, 12)) >= 0;
        return isNew
            ? Probe.Ok("kernel", true, $"Linux {release} (5.12 is needed, for mount_setattr)")
            : new Probe("kernel", true, ProbeState.Missing, $"Linux {release} is older than 5.12", TooOld);
    }

    private static Outcome Calls()
    {
        Outcome clone = Trial.Run(0);
        if (!clone.IsOk) return clone;
        nint pidfd = syscall(SYS_pidfd_open, unistd.getpid());
        if (pidfd < 0) return Failed("pidfd_open");
        unistd.close((int)pidfd);
        // A range far above any descriptor of ours: nothing is closed.
        if (syscall(SYS_close_range, int.MaxValue - 1, int.MaxValue - 1) < 0) return Failed("close_range");
        byte* path = stackalloc byte[] { (byte)'/', 0 };
        var how = new open_how { flags = fcntl.O_PATH | fcntl.O_CLOEXEC, resolve = fcntl.RESOLVE_IN_ROOT };
        int root = fcntl.openat2(fcntl.AT_FDCWD, path, &how);
        if (root < 0) return Failed("openat2");
        unistd.close(root);
        return Outcome.Fine;
    }

    private static Outcome MountApi() => Trial.Run(sched.CLONE_NEWUSER | sched.CLONE_NEWNS, script =>
    {
        int step = FileSystems.Mount(script, "tmpfs", 0);
        var attributes = new mount_attr { attr_set = sys_mount.MOUNT_ATTR_RDONLY };
        script.Add(step++, SYS_mount_setattr, FileSystems.Mounted, script.Text(""), fcntl.AT_EMPTY_PATH,
            script.Bytes(new ReadOnlySpan<byte>(&attributes, sizeof(mount_attr))), sizeof(mount_attr));
        script.Add(step++, SYS_move_mount, FileSystems.Mounted, script.Text(""), fcntl.AT_FDCWD, script.Text(FileSystems.AnyDirectory),
            sys_mount.MOVE_MOUNT_F_EMPTY_PATH);
        script.Add(step, SYS_open_tree, fcntl.AT_FDCWD, script.Text("/"),
            sys_mount.OPEN_TREE_CLONE | sys_mount.OPEN_TREE_CLOEXEC | fcntl.AT_RECURSIVE);
    });

    /// <summary>A clone into a cgroup that is no descriptor: a kernel that knows the flag says so, and makes no child.</summary>
    private static Probe IntoCgroup()
    {
        const string name = "clone-into-cgroup";
        var arguments = new clone_args { flags = sched.CLONE_INTO_CGROUP, exit_signal = signal.SIGCHLD, cgroup = int.MaxValue };
        syscall(SYS_clone3, (nint)(&arguments), sizeof(clone_args));
        int errno = Marshal.GetLastPInvokeError();
        return errno == Errno.EBADF
            ? Probe.Ok(name, false, "a child can be born in its cgroup, which saves 10 ms")
            : new Probe(name, false, ProbeState.Missing, $"clone3(CLONE_INTO_CGROUP): {Errno.Describe(errno)}",
                "a kernel from 5.7 on with cgroup v2");
    }

    private static Outcome Failed(string call) => new(call, Marshal.GetLastPInvokeError());
}
