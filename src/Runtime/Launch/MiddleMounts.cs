using Minirun.Linux;
using Minirun.Plan;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Plan.Ops;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_mount;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Launch;

/// <summary>
/// A mount namespace between the host's and the container's, for as long as the child is cloned. All mounts in it are nodev, but for those
/// whose devices the container gets. A copy of mounts for another user namespace has their flags locked (mount_namespaces(7)): so
/// CAP_SYS_ADMIN in the container cannot take nodev off, neither from these mounts nor from what is bound of them.
/// </summary>
internal readonly unsafe struct MiddleMounts : IDisposable
{
    private readonly bool _entered;
    private readonly int _home, _directory;

    private MiddleMounts(int home, int directory) => (_entered, _home, _directory) = (true, home, directory);

    /// <summary>Enters one, with this thread alone (unshare(2) takes CLONE_FS along), where the plan has the operation.</summary>
    /// <exception cref="LinuxException">It cannot be made.</exception>
    public static MiddleMounts Enter(ContainerPlan plan, Watcher? watcher)
    {
        if (plan.Find(LaunchStep.LockDevices) is not LockDevicesStep step) return default;
        int op = plan.IndexOf(step);
        watcher?.Before(op);
        long start = Clock.Now();
        const string own = "/proc/thread-self/ns/mnt";
        int home = (int)LinuxException.Check(open(own, O_RDONLY | O_CLOEXEC), "open", own);
        int directory = (int)LinuxException.Check(open(".", O_PATH | O_CLOEXEC), "open", ".");
        var entered = new MiddleMounts(home, directory);
        LinuxException.Check(syscall(SYS_unshare, (nint)sched.CLONE_NEWNS), "unshare");
        try
        {
            Prepare(step.Sources);
        }
        catch
        {
            entered.Dispose();
            throw;
        }
        watcher?.After(op, ReportKind.Done, Clock.Now() - start);
        return entered;
    }

    /// <summary>Back to the host's mounts, and to our working directory, which setns(2) takes away.</summary>
    public void Dispose()
    {
        if (!_entered) return;
        LinuxException.Check(syscall(SYS_setns, _home, (nint)sched.CLONE_NEWNS), "setns");
        LinuxException.Check(syscall(SYS_fchdir, _directory), "fchdir");
        unistd.close(_home);
        unistd.close(_directory);
    }

    /// <summary>Slaves of the host's: a volume may follow it.</summary>
    private static void Prepare(List<string> withDevices)
    {
        fixed (byte* root = "/\0"u8)
        {
            LinuxException.Check(syscall(SYS_mount, 0, (nint)root, 0, MS_REC | MS_SLAVE, 0), "mount", "/");
            List<(int Place, int Tree)> kept = withDevices.ConvertAll(Clone);
            var attributes = new mount_attr { attr_set = MOUNT_ATTR_NODEV };
            nint set = syscall(SYS_mount_setattr, AT_FDCWD, (nint)root, AT_RECURSIVE, (nint)(&attributes), sizeof(mount_attr));
            LinuxException.Check(set, "mount_setattr", "/");
            foreach ((int place, int tree) in kept) Cover(place, tree);
        }
    }

    /// <summary>As it is now. What is not there is missed by whoever mounts it.</summary>
    private static (int Place, int Tree) Clone(string path)
    {
        int place = open(path, O_PATH | O_CLOEXEC);
        if (place < 0) return (-1, -1);
        fixed (byte* empty = "\0"u8)
        {
            int how = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_EMPTY_PATH;
            return (place, (int)LinuxException.Check(syscall(SYS_open_tree, place, (nint)empty, how), "open_tree", path));
        }
    }

    private static void Cover(int place, int tree)
    {
        if (place < 0) return;
        fixed (byte* empty = "\0"u8)
        {
            const int how = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;
            LinuxException.Check(syscall(SYS_move_mount, tree, (nint)empty, place, (nint)empty, how), "move_mount");
        }
        unistd.close(tree);
        unistd.close(place);
    }
}
