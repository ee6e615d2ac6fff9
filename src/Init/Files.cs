using Minirun.Linux;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

internal static unsafe class Files
{
    /// <summary>Writes a file of /proc or /sys in one write, as these demand.</summary>
    public static bool Write(Child* child, byte* path, byte* data, int length)
    {
        nint fd = child->Call(SYS_openat, fcntl.AT_FDCWD, (nint)path, fcntl.O_WRONLY | fcntl.O_CLOEXEC);
        if (fd < 0) return false;
        bool written = child->Try(SYS_write, fd, (nint)data, length);
        Child.Close(fd);
        return written;
    }

    /// <summary>
    /// Closes everything from <paramref name="first"/> on but the report socket, which closes itself on execve. Closing at once, and not
    /// on exec, leaves no directory of the host for a working directory such as /proc/self/fd/7 (CVE-2024-21626).
    /// </summary>
    public static bool CloseFrom(Child* child, int first)
    {
        int report = child->Plan->ReportFd;
        child->Root = child->Dev = child->Pts = child->Empty = -1;
        if (report > first && !child->Try(SYS_close_range, first, report - 1, 0)) return false;
        return child->Try(SYS_close_range, report + 1, 0x7fffffff, 0);
    }

    /// <summary>chdir, then a look whether the place is inside the root: getcwd says "(unreachable)" when it is not.</summary>
    public static bool ChangeDirectory(Child* child, byte* path)
    {
        if (!child->Try(SYS_chdir, (nint)path)) return false;
        byte* cwd = stackalloc byte[4096];
        if (!child->Try(SYS_getcwd, (nint)cwd, 4096)) return false;
        return cwd[0] == '/' || child->Fail(SYS_getcwd, Errno.EACCES);
    }
}
