using System.Text;
using Minirun.Linux;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Probe;

/// <summary>Tries to change, and to hold, what is mounted here: each mount's own root.</summary>
internal static unsafe class Mounts
{
    private const int F_SETLEASE = 1024, F_RDLCK = 0;

    /// <summary>
    /// One line a mount: its inode, its kind, its place, and what could be done to it. It is set to what it is, so that only the times
    /// tell.
    /// </summary>
    public static int Change()
    {
        foreach (string line in Facts.Read("/proc/self/mountinfo").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string path = line.Split(' ')[4];
            fixed (byte* name = Encoding.UTF8.GetBytes(path + "\0")) Change(path, (nint)name);
        }
        return 0;
    }

    private static void Change(string path, nint name)
    {
        statx status;
        if (syscall(SYS_statx, AT_FDCWD, name, 0, (nint)sys_stat.STATX_BASIC_STATS, (nint)(&status)) < 0) return;
        bool isFile = (status.stx_mode & sys_stat.S_IFMT) == sys_stat.S_IFREG;
        List<string> done = [];
        Try(done, "chmod", syscall(SYS_fchmodat, AT_FDCWD, name, status.stx_mode & 0xfff));
        Try(done, "chown", syscall(SYS_fchownat, AT_FDCWD, name, (nint)status.stx_uid, (nint)status.stx_gid, 0));
        Try(done, "utimes", syscall(SYS_utimensat, AT_FDCWD, name, 0, 0));
        fixed (byte* key = "user.probe\0"u8) Try(done, "setxattr", syscall(SYS_setxattr, name, (nint)key, name, 1, 0));
        if (isFile) Hold(done, name);
        string kind = isFile ? "file" : (status.stx_mode & sys_stat.S_IFMT) == sys_stat.S_IFDIR ? "directory" : "node";
        Out.Line($"{status.stx_dev_major}:{status.stx_dev_minor}:{status.stx_ino} {kind} {path} {string.Join(',', done)}");
    }

    private static void Hold(List<string> done, nint name)
    {
        nint writable = syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_CLOEXEC);
        Try(done, "write", writable);
        if (writable >= 0) unistd.close((int)writable);
        nint readable = syscall(SYS_openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC);
        if (readable < 0) return;
        Try(done, "lease", syscall(SYS_fcntl, readable, F_SETLEASE, F_RDLCK));
        unistd.close((int)readable);
    }

    private static void Try(List<string> done, string what, nint result)
    {
        if (result >= 0 && !done.Contains(what)) done.Add(what);
    }
}
