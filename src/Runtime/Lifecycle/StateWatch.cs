using System.Text;
using Minirun.Linux;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Lifecycle;

/// <summary>Tells a container that waits for its start that its state is gone: nobody can start it any more.</summary>
internal static unsafe class StateWatch
{
    private const nint IN_DELETE = 0x200, IN_DELETE_SELF = 0x400, IN_MOVE_SELF = 0x800;

    /// <summary>
    /// An inotify(7) descriptor that is readable when something in the directory was removed: nothing is before the start, and the directory's own end is
    /// told only when the last file of it is closed.
    /// </summary>
    public static int Open(string directory)
    {
        int fd = (int)LinuxException.Check(syscall(SYS_inotify_init1, fcntl.O_CLOEXEC), "inotify_init1");
        fixed (byte* path = Encoding.UTF8.GetBytes(directory + '\0'))
            LinuxException.Check(syscall(SYS_inotify_add_watch, fd, (nint)path, IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF), "inotify_add_watch", directory);
        return fd;
    }
}
