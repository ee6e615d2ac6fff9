using Minirun.Linux;
using Minirun.Plan;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>
/// Places in the root file system. It is hostile: whatever is looked up in it goes through openat2 with RESOLVE_IN_ROOT from
/// <see cref="Child.Root"/>, which <see cref="RootMount"/> makes.
/// </summary>
internal static unsafe class Rootfs
{
    private const int PathSize = 4096;   // PATH_MAX
    private const int MostLinks = 8;

    public static bool EnsureDirectory(Child* child, PlanOp* op)
    {
        int fd = Resolve(child, child->At(op->Place.Path), op->Flags, create: true);
        child->CloseSoon(fd);
        return fd >= 0;
    }

    /// <summary>
    /// Opens (O_PATH) a place in the root, or in the new /dev; makes what is missing of it: directories 0755, at the
    /// end an empty file when <see cref="OpFlags.File"/> is set. Negative on failure.
    /// </summary>
    public static int Resolve(Child* child, byte* path, OpFlags flags, bool create)
    {
        if ((flags & OpFlags.InDev) != 0 && create && IsName(path)) return MakeInDev(child, path, flags);
        int from = (flags & OpFlags.InDev) != 0 ? child->Dev : child->Root;
        // "Ordinary" is no symlink on the way, and no file in the place of a directory.
        int how = O_PATH | ((flags & OpFlags.TargetNoFollow) != 0 ? O_NOFOLLOW : 0)
            | ((flags & (OpFlags.Ordinary | OpFlags.File)) == OpFlags.Ordinary ? O_DIRECTORY : 0);
        nint fd = Open(child, from, path, flags, how);
        if (fd >= 0 || child->Errno != Errno.ENOENT || !create) return (int)fd;
        if (from == child->Root && !child->MayMake) ProveProgram(child);
        if (!MakeParts(child, from, path, flags, MostLinks)) return -1;
        return (int)Open(child, from, path, flags, O_PATH);
    }

    /// <summary>Opens the directory that a path is in, making what is missing of it; <paramref name="name"/> is the last part.</summary>
    public static int OpenParent(Child* child, byte* path, OpFlags flags, byte** name)
    {
        byte* parent = stackalloc byte[PathSize];
        int slash = -1, length = Text.Length(path);
        if (length >= PathSize) { child->Fail(SYS_openat2, Errno.ENAMETOOLONG); return -1; }
        for (int i = 0; i < length; i++)
            if (path[i] == '/') slash = i;
        *name = path + slash + 1;
        int from = (flags & OpFlags.InDev) != 0 ? child->Dev : child->Root;
        if (slash <= 0) return (int)child->Call(SYS_openat, from, (nint)Text.Pointer("."u8), O_PATH | O_DIRECTORY | O_CLOEXEC);
        Text.Copy(parent, path);
        parent[slash] = 0;
        return Resolve(child, parent, flags & ~OpFlags.File, create: true);
    }

    /// <summary>
    /// Before the first place is made in the root: where the program cannot be, a directory was mistaken for a root file system, and is to
    /// stay as it is. A root that has all the places is not looked at.
    /// </summary>
    private static void ProveProgram(Child* child)
    {
        PlanOp* op = (PlanOp*)((byte*)child->Plan + child->Plan->OpsOffset), last = op + child->Plan->OpCount - 1;
        child->MayMake = true;
        if (last->Code != OpCode.Exec || !last->Exec.IsInRootAlone) return;
        // What does not enter the root (--without pivot_root) executes a program of the host's.
        while (op < last && op->Code is not (OpCode.PivotRoot or OpCode.Chroot)) op++;
        if (op == last) return;
        for (byte* path = child->At(last->Exec.Candidates); *path != 0; path += Text.Length(path) + 1)
        {
            // Where a symlink leads may be mounted later: then it is ELOOP, and nobody knows.
            nint fd = child->OpenAt2(child->Root, path, O_PATH, RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS);
            Child.Close(fd);
            if (fd >= 0 || child->Errno is not (Errno.ENOENT or Errno.ENOTDIR)) return;
        }
        child->Fail(SYS_openat2, Errno.ENOENT);
        Reports.Die(child, last);
    }

    public static bool IsName(byte* path)
    {
        for (; *path != 0; path++)
            if (*path == '/') return false;
        return true;
    }

    /// <summary>A file that was not there yet in a /dev that we mounted a moment ago: what its name leads to is known.</summary>
    public static bool MakeFileInDev(Child* child, byte* name, OpFlags flags) =>
        (flags & (OpFlags.InDev | OpFlags.File)) == (OpFlags.InDev | OpFlags.File) && IsName(name)
        && child->Try(SYS_mknodat, child->Dev, (nint)name, sys_stat.S_IFREG | 0x1a4 /* 0644 */, 0);

    /// <summary>The same of a directory.</summary>
    public static bool MakeDirectoryInDev(Child* child, byte* name) =>
        IsName(name) && child->Try(SYS_mkdirat, child->Dev, (nint)name, 0x1ed /* 0755 */);

    /// <summary>A name in a /dev that we mounted a moment ago: nobody else has been in there, so it is made at once.</summary>
    private static int MakeInDev(Child* child, byte* name, OpFlags flags)
    {
        if ((flags & OpFlags.File) != 0)
            return (int)child->Call(SYS_openat, child->Dev, (nint)name, O_RDONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0x1a4 /* 0644 */);
        if (!child->Try(SYS_mkdirat, child->Dev, (nint)name, 0x1ed /* 0755 */) && child->Errno != Errno.EEXIST) return -1;
        return (int)child->Call(SYS_openat, child->Dev, (nint)name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    }

    private static nint Open(Child* child, int from, byte* path, OpFlags flags, int how)
    {
        int resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | ((flags & OpFlags.Ordinary) != 0 ? RESOLVE_NO_SYMLINKS : 0);
        return child->OpenAt2(from, path, (uint)how, (uint)resolve);
    }

    /// <summary>
    /// mkdir -p by descriptor: each prefix is resolved inside the root before the next name is made in it, so a symlink
    /// that somebody swaps in meanwhile cannot lead out (CVE-2024-45310).
    /// </summary>
    private static bool MakeParts(Child* child, int from, byte* path, OpFlags flags, int links)
    {
        byte* part = stackalloc byte[PathSize];
        int length = Text.Length(path);
        if (length >= PathSize) return child->Fail(SYS_openat2, Errno.ENAMETOOLONG);
        Text.Copy(part, path);
        int start = 0;
        while (start < length && part[start] == '/') start++;
        int parent = (int)Open(child, from, Text.Pointer("."u8), flags, O_PATH | O_DIRECTORY);
        while (parent >= 0 && start < length)
        {
            int end = start;
            while (end < length && part[end] != '/') end++;
            byte saved = part[end];
            part[end] = 0;
            int next = Enter(child, from, parent, part, part + start, flags, last: IsEnd(path, end), links);
            part[end] = saved;
            Child.Close(parent);
            parent = next;
            start = end;
            while (start < length && part[start] == '/') start++;
        }
        Child.Close(parent);
        return parent >= 0;
    }

    private static bool IsEnd(byte* path, int at)
    {
        while (path[at] == '/') at++;
        return path[at] == 0;
    }

    /// <summary>Opens the prefix, making its last name in <paramref name="parent"/> when it is missing.</summary>
    private static int Enter(Child* child, int from, int parent, byte* prefix, byte* name, OpFlags flags, bool last, int links)
    {
        nint fd = Open(child, from, prefix, flags, O_PATH);
        if (fd >= 0 || child->Errno != Errno.ENOENT) return (int)fd;
        if (last && (flags & OpFlags.File) != 0)
        {
            nint file = child->Call(SYS_openat, parent, (nint)name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0x1a4 /* 0644 */);
            if (file < 0 && !MakeWhereLinkLeads(child, from, parent, prefix, name, flags, links)) return -1;
            Child.Close(file);
        }
        else if (!child->Try(SYS_mkdirat, parent, (nint)name, 0x1ed /* 0755 */)
            && !MakeWhereLinkLeads(child, from, parent, prefix, name, last ? flags : flags & ~OpFlags.File, links))
            return -1;
        return (int)Open(child, from, prefix, flags, O_PATH);
    }

    /// <summary>
    /// A name that is there and is not found is a symlink that leads to nothing, as /etc/resolv.conf does in many an image: what it names
    /// is made, inside the root like all the rest.
    /// </summary>
    private static bool MakeWhereLinkLeads(Child* child, int from, int parent, byte* prefix, byte* name, OpFlags flags, int links)
    {
        if (child->Errno != Errno.EEXIST) return false;
        if (links == 0) return child->Fail(SYS_openat2, Errno.ELOOP);
        byte* path = stackalloc byte[PathSize];
        int directory = (int)(name - prefix);
        for (int i = 0; i < directory; i++) path[i] = prefix[i];
        nint length = child->Call(SYS_readlinkat, parent, (nint)name, (nint)(path + directory), PathSize - directory);
        if (length < 0) return child->Errno == Errno.EINVAL;   // no link at all: another container made it between our look and our try
        if (length == PathSize - directory) return child->Fail(SYS_readlinkat, Errno.ENAMETOOLONG);
        path[directory + length] = 0;
        return MakeParts(child, from, path[directory] == '/' ? path + directory : path, flags, links - 1);
    }
}
