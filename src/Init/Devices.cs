using Minirun.Linux;
using Minirun.Plan;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_mount;
using static Minirun.Linux.sys_stat;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>
/// What a /dev holds: nodes and links. The directory is a tmpfs of ours, or the root file system's own, which is as hostile as all of it.
/// </summary>
internal static unsafe class Devices
{
    /// <summary>The root file system's own /dev, for a container that mounts nothing there.</summary>
    public static bool Open(Child* child, PlanOp* op)
    {
        child->Dev = Rootfs.Resolve(child, child->At(op->Place.Path), op->Flags, create: true);
        return child->Dev >= 0;
    }

    public static bool Symlink(Child* child, PlanOp* op)
    {
        byte* name = child->At(op->Symlink.Target);
        int directory = op->Symlink.IsInRoot ? Rootfs.OpenParent(child, name, op->Flags, &name) : child->Dev;
        if (op->Symlink.Replaces) child->Call(SYS_unlinkat, directory, (nint)name, 0);
        bool made = directory >= 0 && child->Try(SYS_symlinkat, (nint)child->At(op->Symlink.Text), directory, (nint)name);
        if (op->Symlink.IsInRoot) Child.Close(directory);
        return made || ((op->Flags & OpFlags.MayExist) != 0 && child->Errno == Errno.EEXIST);
    }

    /// <summary>By mknod(2), or as a mount of a node that is there already.</summary>
    public static bool Make(Child* child, PlanOp* op)
    {
        DeviceArguments* device = &op->Device;
        byte* name;
        int directory = Rootfs.OpenParent(child, child->At(device->Target), op->Flags, &name);
        if (directory < 0) return false;
        bool mayMake = device->Way == DeviceWay.Make, made = mayMake && MakeNode(child, device, directory, name);
        if (!made && mayMake && child->Errno == Errno.EEXIST) made = true;
        if (!made && (!mayMake || child->Errno == Errno.EPERM)) made = BindNode(child, device, directory, name);
        child->CloseSoon(directory);
        return made;
    }

    /// <summary>
    /// A descriptor of the host's /dev/null would let root inside change the mode and owner of the host's node: it is replaced by one of
    /// the container's own, if that is the real thing (CVE-2026-88265). Where there is none, one that cannot be changed stays.
    /// </summary>
    public static bool ReopenNull(Child* child)
    {
        int own = -1;
        for (int fd = 0; fd < 3; fd++)
        {
            if (!IsNull(child, fd)) continue;
            if (own < 0 && (own = OpenNull(child)) < 0)
            {
                if (CannotBeChanged(child, fd)) continue;
                return false;
            }
            if (!child->Try(SYS_dup3, own, fd, 0)) return false;
        }
        child->CloseSoon(own);
        return true;
    }

    /// <summary>In a container that was joined there is only the path.</summary>
    private static int OpenNull(Child* child)
    {
        byte* path = child->Dev >= 0 ? Text.Pointer("null"u8) : Text.Pointer("/dev/null"u8);
        int from = child->Dev >= 0 ? child->Dev : AT_FDCWD;
        int fd = (int)child->Call(SYS_openat, from, (nint)path, O_RDWR | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0 || IsNull(child, fd)) return fd;
        Child.Close(fd);
        child->Fail(SYS_openat, Errno.ENODEV);
        return -1;
    }

    /// <summary>It is of a read-only mount, or belongs to nobody in this user namespace: root here is not its owner.</summary>
    private static bool CannotBeChanged(Child* child, int fd)
    {
        const uint nobody = 65534;
        statfs system;
        statx status;
        int call = child->FailedCall, errno = child->Errno;
        if (child->Try(SYS_fstatfs, fd, (nint)(&system)) && (system.f_flags & sys_vfs.ST_RDONLY) != 0) return true;
        if (Trees.Stat(child, fd, &status) && status.stx_uid == nobody) return true;
        return child->Fail(call, errno);   // what is to be told is that there is none
    }

    private static bool IsNull(Child* child, int fd)
    {
        statx status;
        return Trees.Stat(child, fd, &status) && (status.stx_mode & S_IFMT) == S_IFCHR && status.stx_rdev_major == 1
            && status.stx_rdev_minor == 3;
    }

    private static bool MakeNode(Child* child, DeviceArguments* device, int directory, byte* name)
    {
        nint number = sys_sysmacros.makedev(DeviceNumber.Major(device->Number), DeviceNumber.Minor(device->Number));
        nint umask = Sys.Call(SYS_umask, 0);
        bool made = child->Try(SYS_mknodat, directory, (nint)name, (nint)device->Mode, number);
        Sys.Call(SYS_umask, umask);
        if (!made) return false;
        // Looked at through a descriptor before the owner is changed: somebody may have put another thing in its place meanwhile.
        int node = (int)child->Call(SYS_openat, directory, (nint)name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        bool owned = node >= 0 && Trees.IsDevice(child, device->Number, node, (int)device->Mode & S_IFMT)
            && child->Try(SYS_fchownat, node, (nint)Text.Pointer(""u8), (nint)device->Uid, (nint)device->Gid, AT_EMPTY_PATH);
        Child.Close(node);
        if (!owned && child->Errno is Errno.EEXIST or Errno.EPERM) child->Errno = Errno.EACCES;
        return owned;
    }

    private static bool BindNode(Child* child, DeviceArguments* device, int directory, byte* name)
    {
        int tree = device->NodeFd > 0 ? device->NodeFd : Trees.OpenTree(child, AT_FDCWD, child->At(device->Source), recursive: false);
        bool bound = false;
        if (tree >= 0 && Trees.IsDevice(child, device->Number, tree, (int)device->Mode & S_IFMT)
            && (child->Try(SYS_mknodat, directory, (nint)name, S_IFREG | 0x1b6, 0) || child->Errno == Errno.EEXIST))
        {
            int target = (int)child->Call(SYS_openat, directory, (nint)name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
            // Root inside may be the owner of the host's node: its mode, owner and times stay as they are, and reading and writing go on. A
            // node of the container's own, on a tmpfs where nothing else is, is its to change.
            bool own = device->Way == DeviceWay.BindOwn && device->NodeFd > 0;
            ulong attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC | (own ? 0UL : MOUNT_ATTR_RDONLY);
            bound = target >= 0 && Trees.SetAttributes(child, tree, attributes, 0, 0, recursive: false)
                && Trees.Move(child, tree, target);
            child->CloseSoon(target);
        }
        child->CloseSoon(tree);
        return bound;
    }
}
