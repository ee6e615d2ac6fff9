using Minirun.Linux;
using Minirun.Runtime.Plan;
using Minirun.Runtime.Plan.Ops;
using Minirun.Runtime.Scripts;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_mount;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Launch;

/// <summary>
/// Prepares the sources of mounts that fork-news cannot open itself, before the child is cloned: it gets them as descriptors.
/// </summary>
internal static unsafe class MountSources
{
    /// <summary>Numbers from here on are asked for, so that they never are those of the command.</summary>
    private const int FirstFd = 64;

    /// <summary>Or lower, where there may not be so many.</summary>
    private static readonly int s_firstFd = (int)Math.Min(FirstFd, sys_resource.OpenFiles / 2);

    /// <summary>The same for what else goes to the child by its number.</summary>
    public static int First => s_firstFd;

    /// <summary>Detached trees are made; the others get the number of a descriptor, which the child then opens.</summary>
    public static void Prepare(ContainerPlan plan, int anyFd)
    {
        if (plan.Nodes is not null) DeviceNodes.Prepare([.. plan.Nodes.Values], anyFd, s_firstFd);
        if (plan.Sources is null) return;
        foreach (MountSource source in plan.Sources.Values)
        {
            if (source.MapsLater) continue;
            source.Fd = source.Network is not null ? NetworkSysfs.Mount(source, DuplicateAbove(s_firstFd, anyFd))
                : source.Detached ? Clone(source) : DuplicateAbove(s_firstFd, anyFd);
        }
    }

    /// <summary>The child has its own by now.</summary>
    public static void Close(ContainerPlan plan)
    {
        foreach (Dictionary<int, MountSource>? sources in (ReadOnlySpan<Dictionary<int, MountSource>?>)[plan.Sources, plan.Nodes])
        {
            if (sources is null) continue;
            foreach (MountSource source in sources.Values)
                if (source.Fd > 0) unistd.close(source.Fd);
        }
    }

    /// <summary>The calls of the child that open a source.</summary>
    public static void WriteOpen(ScriptWriter script, int op, MountSource source, int register)
    {
        script.Add(op, SYS_openat, AT_FDCWD, script.Text(source.Path), (long)HowToOpen(source)).Keep = register;
        script.Add(op, SYS_dup3, RawCall.Register + register, source.Fd, 0);
    }

    /// <summary>Flags of openat(2).</summary>
    public static ulong HowToOpen(MountSource source) => (ulong)(O_PATH | O_CLOEXEC | (source.NoFollow ? O_NOFOLLOW : 0));

    /// <summary>Maps the ids of a clone that is mounted nowhere yet.</summary>
    /// <exception cref="UserError">They cannot be mapped.</exception>
    public static void MapIds(MountSource source, int tree)
    {
        int space = source.UserNamespace is { } path ? open(path, O_RDONLY | O_CLOEXEC)
            : MappedUserNamespace.Open(source.Uids, source.Gids);
        if (space < 0) throw Failed(source, "open " + source.UserNamespace);
        var attributes = new mount_attr { attr_set = MOUNT_ATTR_IDMAP, userns_fd = (ulong)space };
        int how = AT_EMPTY_PATH | (source.MapsTree ? AT_RECURSIVE : 0);
        bool mapped = syscall(SYS_mount_setattr, tree, Empty, how, (nint)(&attributes), sizeof(mount_attr)) >= 0;
        UserError? error = mapped ? null : Failed(source, "mount_setattr");
        unistd.close(space);
        if (error is not null) throw error;
    }

    private static int Clone(MountSource source)
    {
        int tree = OpenTree(source);
        if (tree < 0) throw Failed(source, "open_tree");
        try
        {
            if (source.MapsIds) MapIds(source, tree);
            // High, like the others: a low number could be one that --preserve-fds hands to the command.
            return DuplicateAbove(s_firstFd, tree);
        }
        finally
        {
            unistd.close(tree);
        }
    }

    private static nint Empty =>
        (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref System.Runtime.InteropServices.MemoryMarshal.GetReference("\0"u8));

    private static int OpenTree(MountSource source)
    {
        fixed (byte* path = KernelText.EncodeName(source.Path))
            return (int)syscall(SYS_open_tree, AT_FDCWD, (nint)path,
                OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (source.Recursive ? AT_RECURSIVE : 0) | (source.NoFollow ? AT_SYMLINK_NOFOLLOW : 0));
    }

    private static UserError Failed(MountSource source, string call)
    {
        int errno = System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
        string what = source.MapsIds ? "map the ids" : "make a clone";
        return new UserError($"mounts[{source.Index}]: cannot {what} of {source.Path}: {call}: {Errno.Describe(errno)}", errno switch
        {
            Errno.EINVAL => "its file system cannot map ids on this kernel, or the mount is mapped already",
            Errno.EPERM => "it needs CAP_SYS_ADMIN where the file system was mounted: on the host, as a rule",
            _ => "look at the path and its file system",
        });
    }
}
