using Minirun.Linux;
using Minirun.Plan;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>
/// Writes to /proc through a procfs of our own, by descriptor. A path is never used: in the container's /proc another file, or another file
/// system, may lie where the path leads, and the write would do something else, or nothing (CVE-2019-16884, CVE-2025-52881).
/// </summary>
internal static unsafe class Procfs
{
    /// <summary>
    /// A new one, that is nowhere mounted; where the kernel refuses that (Fallback), the caller's: before the root is entered.
    /// </summary>
    public static bool Open(Child* child, PlanOp* op)
    {
        const int harmless = sys_mount.MOUNT_ATTR_NOSUID | sys_mount.MOUNT_ATTR_NODEV | sys_mount.MOUNT_ATTR_NOEXEC;
        int proc = op->OpenProc.Fd != 0 ? op->OpenProc.Fd : FileSystems.Make(child, Text.Pointer("proc"u8), null, harmless);
        if (proc < 0 && (op->Flags & OpFlags.Fallback) != 0)
            proc = (int)child->Call(SYS_openat, AT_FDCWD, (nint)Text.Pointer("/proc"u8), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (proc < 0) return false;
        child->Proc = proc;
        statfs status;
        if (!child->Try(SYS_fstatfs, proc, (nint)(&status))) return false;
        return status.f_type == sys_vfs.PROC_SUPER_MAGIC || child->Fail(SYS_fstatfs, Errno.ENODEV);
    }

    /// <summary>
    /// The files of a process that cannot be dumped are root's (proc(5)): one that says so already,
    /// as <see cref="Joining"/> has seen to, is well.
    /// </summary>
    public static bool Write(Child* child, PlanOp* op)
    {
        byte* file = child->At(op->Write.Path);
        if (Write(child, file, op->Write.Content)) return true;
        int call = child->FailedCall, errno = child->Errno;
        return (errno == Errno.EACCES && Says(child, file, op->Write.Content)) || child->Fail(call, errno);
    }

    /// <summary>What a security module is to make of us at execve.</summary>
    public static bool Label(Child* child, PlanOp* op)
    {
        byte* file = child->At(op->Label.File);
        bool written = Write(child, file, op->Label.Content);
        if (!written && child->FailedCall == SYS_openat2 && child->Errno == Errno.ENOENT && !op->Label.OlderFile.IsNone)
            written = Write(child, file = child->At(op->Label.OlderFile), op->Label.Content);
        return written && IsSet(child, file);
    }

    /// <summary>
    /// A new time namespace is for children first. Its offsets may be set while nobody is in it; then we enter it, which only a process
    /// with one thread can (time_namespaces(7)).
    /// </summary>
    public static bool TimeNamespace(Child* child, PlanOp* op)
    {
        PlanBytes offsets = op->TimeNamespace.Offsets;
        if (!op->TimeNamespace.IsMade && !child->Try(SYS_unshare, (nint)sched.CLONE_NEWTIME)) return false;
        if (offsets.Length != 0 && !Write(child, Text.Pointer("self/timens_offsets"u8), offsets)) return false;
        nint ns = child->Call(SYS_openat, child->Proc, (nint)Text.Pointer("self/ns/time_for_children"u8), O_RDONLY | O_CLOEXEC);
        if (ns < 0) return false;
        bool entered = child->Try(SYS_setns, ns, (nint)sched.CLONE_NEWTIME);
        Child.Close(ns);
        return entered;
    }

    private static bool Write(Child* child, byte* path, PlanBytes content)
    {
        nint fd = OpenFile(child, path, O_WRONLY);
        if (fd < 0) return false;
        bool written = child->Try(SYS_write, fd, (nint)child->At(content), content.Length);
        Child.Close(fd);
        return written;
    }

    /// <summary>Whether the file is these bytes and a line's end.</summary>
    private static bool Says(Child* child, byte* path, PlanBytes content)
    {
        const int enough = 32;
        byte* there = stackalloc byte[enough], bytes = child->At(content);
        nint fd = OpenFile(child, path, O_RDONLY);
        if (fd < 0) return false;
        nint got = child->Call(SYS_read, fd, (nint)there, enough);
        Child.Close(fd);
        if (got != content.Length + 1) return false;
        for (int i = 0; i < content.Length; i++)
            if (there[i] != bytes[i]) return false;
        return true;
    }

    /// <summary>Reads back whether a label waits for the execve: a module that is not there takes some writes in silence.</summary>
    private static bool IsSet(Child* child, byte* path)
    {
        byte first;
        nint fd = OpenFile(child, path, O_RDONLY);
        if (fd < 0) return false;
        nint got = child->Call(SYS_read, fd, (nint)(&first), 1);
        Child.Close(fd);
        return got == 1 || child->Fail(SYS_write, Errno.EINVAL);
    }

    /// <summary>No file system but this one, no way up. Symlinks: self and thread-self.</summary>
    private static nint OpenFile(Child* child, byte* path, int how)
    {
        return child->OpenAt2(child->Proc, path, (uint)how, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV);
    }
}
