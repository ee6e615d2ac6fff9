using System.Runtime.InteropServices;
using Minirun.Linux;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Doctor;

/// <summary>The file systems that a container gets, each mounted in a child.</summary>
internal static unsafe class MountProbes
{
    public static IEnumerable<Probe> Examine()
    {
        yield return Devices();
        yield return Fresh("proc", sched.CLONE_NEWPID, "/proc");
        yield return Fresh("sysfs", sched.CLONE_NEWNET, "/sys");
        yield return Overlay();
        yield return OverlayAttributes();
        yield return IdMapped();
        yield return Fuse();
    }

    private static Probe Devices()
    {
        (string Type, ulong Namespaces,
            string? Flag)[] all = [("tmpfs", 0, null), ("devpts", 0, "newinstance"), ("mqueue", sched.CLONE_NEWIPC, null)];
        foreach (var (type, namespaces, flag) in all)
        {
            Outcome tried = FileSystems.Try(namespaces, type, flag);
            if (!tried.IsOk)
                return Probe.Missing("dev", true, tried,
                    tried.Error == Errno.ENODEV
                        ? $"a kernel with {type}"
                        : $"the outer container or security module must allow {type} to be mounted");
        }
        return Probe.Ok("dev", true, "tmpfs, devpts of its own, mqueue");
    }

    /// <summary>The kernel refuses a new proc or sysfs to those who cannot see all of the one they have (mount_too_revealing).</summary>
    private static Probe Fresh(string type, ulong namespaces, string path)
    {
        Outcome tried = FileSystems.Try(namespaces, type);
        if (tried.IsOk) return Probe.Ok(type, false, $"a new one can be mounted, with nothing of the host's in it");
        if (tried.NoNamespaces || tried.Error != Errno.EPERM) return Probe.Missing(type, false, tried, "see mount-api and namespaces");
        List<string> hiding = [
            .. MountInfo.Read()
                .Where(
                    mount => mount.Path.StartsWith(path + "/", StringComparison.Ordinal)
                        && mount.Type is not ("binfmt_misc" or "cgroup" or "cgroup2"))
                .Select(mount => mount.Path)];
        bool isThere = MountInfo.Read().Any(mount => mount.Path == path && mount.Type == type);
        return new Probe(type, false, ProbeState.Degraded,
            (isThere
                ? hiding.Count > 0
                    ? $"a new one is refused, because mounts hide parts of {path}: {string.Join(", ", hiding)}"
                    : $"a new one is refused: {path} here is read-only or not a whole one"
                : $"a new one is refused, because no {type} is on {path}")
            + $"; containers see the caller's",
            $"an outer container that leaves {path} whole (docker: --security-opt systempaths=unconfined; podman: --security-opt "
                + $"unmask=ALL)");
    }

    private static Probe Overlay()
    {
        string on = FileSystems.AnyDirectory;
        Outcome tried = Trial.Run(sched.CLONE_NEWUSER | sched.CLONE_NEWNS, script =>
        {
            int step = FileSystems.Overlay(script, on);
            script.Add(step, SYS_mount, script.Text("overlay"), script.Text(Path.Combine(on, "merged")), script.Text("overlay"), 0,
                script.Text($"lowerdir={on}/lower,upperdir={on}/upper,workdir={on}/work,userxattr"));
        });
        return Probe.Of("overlay", false, tried, "in a user namespace, for --ephemeral",
            "a kernel from 5.11 on with overlay (as root: modprobe overlay)");
    }

    private static Probe OverlayAttributes()
    {
        string on = FileSystems.AnyDirectory;
        Outcome tried = Trial.Run(sched.CLONE_NEWUSER | sched.CLONE_NEWNS, script =>
        {
            int step = FileSystems.Overlay(script, on);
            script.Add(step, SYS_setxattr, script.Text(Path.Combine(on, "upper")), script.Text("user.minirun"), script.Text("1"), 1, 0);
        });
        return !tried.IsOk && tried.Call == "setxattr"
            ? new Probe("tmpfs-xattr", false, ProbeState.Degraded,
                $"{tried}: an overlay in memory cannot record a directory that was replaced",
                "a kernel from 6.6 on with CONFIG_TMPFS_XATTR=y")
            : Probe.Of("tmpfs-xattr", false, tried, "user.* attributes, for an overlay in memory", "see overlay");
    }

    /// <summary>
    /// A copy of a mount, seen through the ids of a child's user namespace. It hangs nowhere and goes with its descriptor.
    /// </summary>
    private static Probe IdMapped()
    {
        const string name = "idmapped-mounts";
        Outcome tried = Trial.Run(sched.CLONE_NEWUSER, null, pid =>
        {
            int userns = fcntl.open($"/proc/{pid}/ns/user", fcntl.O_RDONLY | fcntl.O_CLOEXEC);
            if (userns < 0) return new Outcome("open", Marshal.GetLastPInvokeError());
            Outcome mapped = MapMount(userns);
            unistd.close(userns);
            return mapped;
        });
        // Root of a container is refused like anybody.
        if (tried.Error == Errno.EPERM && !tried.NoNamespaces)
            return new Probe(name, false, ProbeState.Degraded, "only root can make them: a tree of files has the owners it has",
                "run minirun as root of the machine");
        return Probe.Of(name, false, tried, $"of {FileSystems.AnyDirectory}",
            $"a kernel from 5.12 on, and a file system under {FileSystems.AnyDirectory} that can be mapped (ext4, xfs, btrfs, tmpfs from "
                + $"6.3)");
    }

    private static Outcome MapMount(int userns)
    {
        byte* text = stackalloc byte[] { (byte)'/', 0, 0 };
        int directory = fcntl.open(FileSystems.AnyDirectory, fcntl.O_PATH | fcntl.O_CLOEXEC);
        nint tree = syscall(SYS_open_tree, directory, (nint)(text + 1),
            sys_mount.OPEN_TREE_CLONE | sys_mount.OPEN_TREE_CLOEXEC | fcntl.AT_EMPTY_PATH);
        int errno = Marshal.GetLastPInvokeError();
        unistd.close(directory);
        if (tree < 0) return new Outcome("open_tree", errno);
        var attributes = new mount_attr { attr_set = sys_mount.MOUNT_ATTR_IDMAP, userns_fd = (ulong)userns };
        nint result = syscall(SYS_mount_setattr, tree, (nint)(text + 1), fcntl.AT_EMPTY_PATH, (nint)(&attributes), sizeof(mount_attr));
        errno = Marshal.GetLastPInvokeError();
        unistd.close((int)tree);
        return result < 0 ? new Outcome("mount_setattr", errno) : Outcome.Fine;
    }

    private static Probe Fuse()
    {
        int fd = fcntl.open("/dev/fuse", fcntl.O_RDWR | fcntl.O_CLOEXEC);
        int errno = Marshal.GetLastPInvokeError();
        if (fd < 0)
            return new Probe("fuse", false, ProbeState.Missing, $"/dev/fuse: {Errno.Describe(errno)}",
                errno == Errno.EACCES ? "as root: chmod 0666 /dev/fuse" : "as root: modprobe fuse; in a container: --device /dev/fuse");
        unistd.close(fd);
        return Probe.Ok("fuse", false, "/dev/fuse can be opened");
    }
}
