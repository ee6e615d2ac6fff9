using System.Text;
using Minirun.Linux;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Lifecycle;

/// <summary>Tells a container that waits for its start that its state is gone: nobody can start it any more.</summary>
internal static unsafe class StateWatch
{
    private const nint IN_DELETE_SELF = 0x400, IN_MOVE_SELF = 0x800;

    /// <summary>An inotify(7) descriptor that is readable when the directory was removed.</summary>
    public static int Open(string directory)
    {
        int fd = (int)LinuxException.Check(syscall(SYS_inotify_init1, fcntl.O_CLOEXEC), "inotify_init1");
        fixed (byte* path = Encoding.UTF8.GetBytes(directory + '\0'))
            LinuxException.Check(syscall(SYS_inotify_add_watch, fd, (nint)path, IN_DELETE_SELF | IN_MOVE_SELF), "inotify_add_watch", directory);
        return fd;
    }
}
