using Minirun.Plan;
using static Minirun.Linux.sys_mount;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>New file systems: configured and made detached (fsopen(2)), or in the classic way where that cannot be.</summary>
internal static unsafe class FileSystems
{
    /// <summary>A detached mount of a new file system. Negative on failure.</summary>
    public static int Make(Child* child, byte* type, byte* options, int attributes) =>
        Make(child, type, type, Text.Pointer(""u8), options, attributes);

    /// <summary>The same, with a source to show and a mode, in octal, that the options may override.</summary>
    public static int Make(Child* child, byte* type, byte* source, byte* mode, byte* options, int attributes)
    {
        int tree = MakeOnce(child, type, source, mode, options, attributes);
        if (tree >= 0 || child->Errno != Linux.Errno.EMFILE) return tree;
        child->CloseLeft();
        return MakeOnce(child, type, source, mode, options, attributes);
    }

    private static int MakeOnce(Child* child, byte* type, byte* source, byte* mode, byte* options, int attributes)
    {
        int context = (int)child->Call(SYS_fsopen, (nint)type, FSOPEN_CLOEXEC);
        if (context < 0) return -1;
        bool made = Configure(child, context, Text.Pointer("source"u8), source)
            && (*mode == 0 || Configure(child, context, Text.Pointer("mode"u8), mode)) && Options(child, context, options)
            && child->Try(SYS_fsconfig, context, FSCONFIG_CMD_CREATE);
        int tree = made ? (int)child->Call(SYS_fsmount, context, FSMOUNT_CLOEXEC, attributes) : -1;
        child->CloseSoon(context);
        return tree;
    }

    /// <summary>
    /// An overlay, detached, of <paramref name="lower"/> under a new tmpfs. overlayfs takes no layer from a mount outside of our namespace,
    /// and then keeps a clone of its own: so the tmpfs is on "/" for as long as that takes, and nothing of it stays. Where a mount stayed
    /// on "/", or below the overlay, one unmount after pivot_root would take that one, and leave the host's tree.
    /// </summary>
    public static int MakeThrowaway(Child* child, byte* lower, OverlayArguments* wanted)
    {
        int upper = Make(child, Text.Pointer("tmpfs"u8), child->At(wanted->UpperOptions), MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
        int overlay = -1;
        if (upper >= 0 && Trees.MoveOnTop(child, upper))
        {
            overlay = MakeOverlay(child, lower, upper, wanted);
            // umount2 follows "/" up to what is uppermost there.
            if (!child->Try(SYS_umount2, (nint)Text.Pointer("/"u8), MNT_DETACH))
            {
                Child.Close(overlay);
                overlay = -1;
            }
        }
        Child.Close(upper);
        return overlay;
    }

    /// <summary>
    /// An overlay of <paramref name="lower"/> under the directories upper and work, made in the mount <paramref name="upper"/>.
    /// </summary>
    private static int MakeOverlay(Child* child, byte* lower, int upper, OverlayArguments* wanted)
    {
        if (!child->Try(SYS_mkdirat, upper, (nint)Text.Pointer("upper"u8), 0x1ed /* 0755 */)) return -1;
        if (!child->Try(SYS_mkdirat, upper, (nint)Text.Pointer("work"u8), 0x1ed)) return -1;
        int context = (int)child->Call(SYS_fsopen, (nint)Text.Pointer("overlay"u8), FSOPEN_CLOEXEC);
        if (context < 0) return -1;
        byte* path = stackalloc byte[64];
        byte* name = Text.Copy(Text.WriteNumber(Text.Copy(path, Text.Pointer("/proc/self/fd/"u8)), upper), Text.Pointer("/"u8));
        bool made = Configure(child, context, Text.Pointer("source"u8), Text.Pointer("overlay"u8))
            && Configure(child, context, Text.Pointer("lowerdir"u8), lower);
        Text.Copy(name, Text.Pointer("upper"u8));
        made = made && Configure(child, context, Text.Pointer("upperdir"u8), path);
        Text.Copy(name, Text.Pointer("work"u8));
        made = made && Configure(child, context, Text.Pointer("workdir"u8), path)
            && (!wanted->UsesUserAttributes
                || child->Try(SYS_fsconfig, context, FSCONFIG_SET_FLAG, (nint)Text.Pointer("userxattr"u8), 0, 0))
            && child->Try(SYS_fsconfig, context, FSCONFIG_CMD_CREATE);
        int tree = made ? (int)child->Call(SYS_fsmount, context, FSMOUNT_CLOEXEC, (nint)wanted->Attributes) : -1;
        Child.Close(context);
        return tree;
    }

    /// <summary>
    /// mount(2) on the target's descriptor, for options longer than fsconfig(2) takes. The link of procfs
    /// is one that the kernel follows: no path inside the root.
    /// </summary>
    public static bool MountClassic(Child* child, FileSystemArguments* wanted, int target)
    {
        byte* path = stackalloc byte[64];
        Text.WriteNumber(Text.Copy(path, Text.Pointer("/proc/self/fd/"u8)), target);
        byte* type = child->At(wanted->Type), source = wanted->Shown.IsNone ? type : child->At(wanted->Shown);
        nint flags = (nint)wanted->ClassicFlags, options = (nint)child->At(wanted->Options);
        bool mounted = child->Try(SYS_mount, (nint)source, (nint)path, (nint)type, flags, options);
        child->CloseSoon(target);
        return mounted;
    }

    private static bool Configure(Child* child, int context, byte* key, byte* value) =>
        child->Try(SYS_fsconfig, context, FSCONFIG_SET_STRING, (nint)key, (nint)value, 0);

    /// <summary>Options as mount(8) writes them, each closed by a zero: "mode=755", "newinstance".</summary>
    private static bool Options(Child* child, int context, byte* options)
    {
        byte* key = stackalloc byte[256];
        for (; options != null && *options != 0; options += Text.Length(options) + 1)
        {
            int i = 0;
            while (options[i] != 0 && options[i] != '=' && i < 255) { key[i] = options[i]; i++; }
            key[i] = 0;
            bool set = options[i] == '='
                ? Configure(child, context, key, options + i + 1)
                : child->Try(SYS_fsconfig, context, FSCONFIG_SET_FLAG, (nint)key, 0, 0);
            if (!set) return false;
        }
        return true;
    }
}
