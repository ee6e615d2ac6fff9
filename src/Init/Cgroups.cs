using Minirun.Linux;
using Minirun.Plan;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

internal static unsafe class Cgroups
{
    private const int TextSize = 8192;
    private const int PathSize = 4096;

    /// <summary>
    /// The container's own directory of one cgroup hierarchy, for a container without a cgroup namespace. Only now, when the process is in
    /// its cgroup, is it known which.
    /// </summary>
    public static bool Bind(Child* child, PlanOp* op)
    {
        byte* source = stackalloc byte[PathSize];
        CgroupBindArguments* wanted = &op->CgroupBind;
        if (!Find(child, wanted, source)) return Trees.MayBeLeftOut(child, op);
        int tree = Trees.OpenTree(child, fcntl.AT_FDCWD, source, recursive: false);
        int target = tree < 0 ? -1 : Rootfs.Resolve(child, child->At(wanted->Target), op->Flags, create: true);
        bool bound = target >= 0
            && Trees.SetAttributes(child, tree, (ulong)wanted->Attributes, 0, (ulong)wanted->Propagation, recursive: false)
            && Trees.Move(child, tree, target);
        child->CloseSoon(target);
        child->CloseSoon(tree);
        return bound || Trees.MayBeLeftOut(child, op);
    }

    /// <summary>
    /// A line is <c>4:memory:/path</c>; the path is taken from the root of the mount, and put behind the place of the mount.
    /// </summary>
    private static bool Find(Child* child, CgroupBindArguments* wanted, byte* source)
    {
        byte* text = stackalloc byte[TextSize];
        nint fd = child->Call(SYS_openat, fcntl.AT_FDCWD, (nint)Text.Pointer("/proc/self/cgroup"u8), fcntl.O_RDONLY | fcntl.O_CLOEXEC);
        if (fd < 0) return false;
        nint length = child->Call(SYS_read, fd, (nint)text, TextSize - 1);
        Child.Close(fd);
        if (length < 0) return false;
        text[length] = 0;
        byte* name = child->At(wanted->Hierarchy);
        byte* root = child->At(wanted->Root);
        int nameLength = Text.Length(name), rootLength = Text.Length(root);
        if (rootLength == 1) rootLength = 0;   // "/" is before every path
        for (byte* line = text; *line != 0;)
        {
            byte* end = line;
            while (*end != 0 && *end != '\n') end++;
            byte* key = line;
            while (key < end && *key != ':') key++;
            key++;
            if (Starts(key, name, nameLength) && key[nameLength] == ':')
            {
                byte* path = key + nameLength + 1;
                if (rootLength > 0 && Starts(path, root, rootLength)) path += rootLength;
                if (Text.Length(child->At(wanted->Mount)) + (end - path) >= PathSize) return child->Fail(SYS_open_tree, Errno.ENAMETOOLONG);
                byte* to = Text.Copy(source, child->At(wanted->Mount));
                while (path < end) *to++ = *path++;
                *to = 0;
                return true;
            }
            line = *end == 0 ? end : end + 1;
        }
        return child->Fail(SYS_open_tree, Errno.ENOENT);
    }

    private static bool Starts(byte* text, byte* with, int length)
    {
        for (int i = 0; i < length; i++)
            if (text[i] != with[i]) return false;
        return true;
    }
}
