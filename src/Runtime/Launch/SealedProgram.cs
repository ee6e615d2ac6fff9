using Minirun.Linux;
using Minirun.Runtime.Request;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Launch;

/// <summary>
/// Our own program for a process that is executed among a container's others (exec): they can reach it through /proc/PID/exe, and must not
/// be able to write it (CVE-2019-5736).
/// </summary>
internal static unsafe class SealedProgram
{
    private const int OwnerMayWrite = 0x80 /* 0200 */;

    /// <summary>
    /// A descriptor to execute: of a read-only mount where we may make one; of the file itself where whoever we are cannot write it; else
    /// of a sealed copy.
    /// </summary>
    public static int Open(Host host)
    {
        int mount = ReadOnlyMount(host.Executable);
        if (mount >= 0) return mount;
        int program = (int)LinuxException.Check(fcntl.open("/proc/self/exe", fcntl.O_RDONLY | fcntl.O_CLOEXEC), "open", "/proc/self/exe");
        if (!IsOurs(program, host)) return program;
        int copy = Copy(program);
        unistd.close(program);
        return copy;
    }

    private static int ReadOnlyMount(string path)
    {
        fixed (byte* name = KernelText.EncodeName(path))
        {
            int tree = (int)syscall(SYS_open_tree, fcntl.AT_FDCWD, (nint)name, sys_mount.OPEN_TREE_CLONE | sys_mount.OPEN_TREE_CLOEXEC);
            if (tree < 0) return -1;
            var attributes = new mount_attr { attr_set = sys_mount.MOUNT_ATTR_RDONLY };
            byte empty = 0;
            if (syscall(SYS_mount_setattr, tree, (nint)(&empty), fcntl.AT_EMPTY_PATH, (nint)(&attributes), sizeof(mount_attr)) == 0)
                return tree;
            unistd.close(tree);
            return -1;
        }
    }

    /// <summary>Whether the user that we are, and with it root of a container that it made, may write the file.</summary>
    private static bool IsOurs(int program, Host host)
    {
        statx status;
        if (sys_stat.statx_(program, "", fcntl.AT_EMPTY_PATH, sys_stat.STATX_BASIC_STATS, &status) < 0) return true;
        return status.stx_uid == host.Uid || (status.stx_mode & OwnerMayWrite >> 3) != 0 || (status.stx_mode & OwnerMayWrite >> 6) != 0;
    }

    private static int Copy(int program)
    {
        int copy =
            (int)LinuxException.Check(sys_mman.memfd_create("minirun", sys_mman.MFD_CLOEXEC | sys_mman.MFD_ALLOW_SEALING), "memfd_create");
        while (LinuxException.Check(syscall(SYS_sendfile, copy, program, 0, int.MaxValue), "sendfile", "/proc/self/exe") > 0) { }
        LinuxException.Check(
            fcntl.fcntl_(copy, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE),
            "fcntl(F_ADD_SEALS)");
        return copy;
    }
}
