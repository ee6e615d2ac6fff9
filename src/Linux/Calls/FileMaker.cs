using static Minirun.Linux.sys_syscall;

namespace Minirun.Linux.Calls;

/// <summary>
/// As long as it lives, root makes files as another user, and may do all that root may: a file system of a user namespace takes no file
/// whose owner it has no number for (EOVERFLOW), and whom a chown later gives it to comes too late. Of this thread.
/// </summary>
public sealed unsafe class FileMaker : IDisposable
{
    private readonly nint _uid, _gid;

    /// <exception cref="LinuxException">We are not root.</exception>
    public FileMaker(uint uid, uint gid)
    {
        uint* header = stackalloc uint[] { capability.LINUX_CAPABILITY_VERSION_3, 0 };
        uint* sets = stackalloc uint[6];
        LinuxException.Check(syscall(SYS_capget, (nint)header, (nint)sets), "capget");
        _gid = syscall(SYS_setfsgid, (nint)gid);
        _uid = syscall(SYS_setfsuid, (nint)uid);
        // A new user of files has lost the capabilities for files (setfsuid(2)).
        LinuxException.Check(syscall(SYS_capset, (nint)header, (nint)sets), "capset");
    }

    public void Dispose()
    {
        syscall(SYS_setfsuid, _uid);
        syscall(SYS_setfsgid, _gid);
    }
}
