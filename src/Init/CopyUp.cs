using Minirun.Linux;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_stat;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>
/// Option tmpcopyup: what a directory of the root file system holds is copied into the tmpfs that will lie on it, while nobody else can see
/// that. Names are looked up one at a time, and no symlink is followed. Contents, owners, modes and times are copied; extended attributes
/// are not.
/// </summary>
internal static unsafe class CopyUp
{
    private const int Deepest = 128;
    private const int BufferSize = 4096;

    public static bool Copy(Child* child, int from, int to)
    {
        statx status;
        if (!Trees.Stat(child, from, &status)) return false;
        child->Call(SYS_fchownat, to, (nint)Text.Pointer(""u8), (nint)status.stx_uid, (nint)status.stx_gid, AT_EMPTY_PATH);
        return Directory(child, from, Text.Pointer("."u8), to, Deepest);
    }

    private static bool Directory(Child* child, int parent, byte* name, int to, int left)
    {
        if (left == 0) return child->Fail(SYS_getdents64, Errno.ELOOP);
        int from = (int)child->Call(SYS_openat, parent, (nint)name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (from < 0) return false;
        byte* buffer = stackalloc byte[BufferSize];
        nint length;
        bool done = true;
        while (done && (length = child->Call(SYS_getdents64, from, (nint)buffer, BufferSize)) != 0)
        {
            done = length > 0;
            for (nint at = 0; done && at < length; at += *(ushort*)(buffer + at + 16))   // struct linux_dirent64 of getdents64(2)
                done = IsDots(buffer + at + 19) || Entry(child, from, to, buffer + at + 19, left);
        }
        Child.Close(from);
        return done;
    }

    private static bool IsDots(byte* name) => name[0] == '.' && (name[1] == 0 || (name[1] == '.' && name[2] == 0));

    private static bool Entry(Child* child, int from, int to, byte* name, int left)
    {
        statx status;
        if (!child->Try(SYS_statx, from, (nint)name, AT_SYMLINK_NOFOLLOW, (nint)STATX_BASIC_STATS, (nint)(&status)))
            return child->Errno == Errno.ENOENT;
        int type = status.stx_mode & S_IFMT;
        if (type == S_IFSOCK) return true;   // nobody listens there any more
        bool made = type switch
        {
            S_IFDIR => SubDirectory(child, from, to, name, left),
            S_IFREG => File(child, from, to, name),
            S_IFLNK => Link(child, from, to, name),
            _ => child->Try(SYS_mknodat, to, (nint)name, status.stx_mode,
                sys_sysmacros.makedev(status.stx_rdev_major, status.stx_rdev_minor)),
        };
        if (!made) return false;
        // An id that does not exist here cannot be given; the copy is then root's.
        child->Call(SYS_fchownat, to, (nint)name, (nint)status.stx_uid, (nint)status.stx_gid, AT_SYMLINK_NOFOLLOW);
        if (type != S_IFLNK && !child->Try(SYS_fchmodat, to, (nint)name, status.stx_mode & 0xfff)) return false;
        long* times =
            stackalloc long[4] { status.stx_atime.tv_sec, status.stx_atime.tv_nsec, status.stx_mtime.tv_sec, status.stx_mtime.tv_nsec };
        child->Call(SYS_utimensat, to, (nint)name, (nint)times, AT_SYMLINK_NOFOLLOW);
        return true;
    }

    private static bool SubDirectory(Child* child, int from, int to, byte* name, int left)
    {
        if (!child->Try(SYS_mkdirat, to, (nint)name, 0x1c0 /* 0700 */)) return false;
        int inner = (int)child->Call(SYS_openat, to, (nint)name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        bool done = inner >= 0 && Directory(child, from, name, inner, left - 1);
        Child.Close(inner);
        return done;
    }

    private static bool File(Child* child, int from, int to, byte* name)
    {
        int source = (int)child->Call(SYS_openat, from, (nint)name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
        int copy = source < 0
            ? -1
            : (int)child->Call(SYS_openat, to, (nint)name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0x180 /* 0600 */);
        nint moved = copy < 0 ? -1 : 1;
        while (moved > 0) moved = child->Call(SYS_sendfile, copy, source, 0, 1 << 20);
        Child.Close(copy);
        Child.Close(source);
        return moved == 0;
    }

    private static bool Link(Child* child, int from, int to, byte* name)
    {
        byte* target = stackalloc byte[BufferSize];
        nint length = child->Call(SYS_readlinkat, from, (nint)name, (nint)target, BufferSize - 1);
        if (length < 0) return false;
        target[length] = 0;
        return child->Try(SYS_symlinkat, (nint)target, to, (nint)name);
    }
}
