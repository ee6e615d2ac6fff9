using Minirun.Linux;
using Minirun.Plan;
using static Minirun.Linux.sys_prctl;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>User, groups and capabilities(7) of the command.</summary>
internal static unsafe class Identity
{
    /// <summary>
    /// Drops every capability that is not in <paramref name="keep"/> from the bounding set; the kernel's last one answers EINVAL.
    /// </summary>
    public static bool DropBounding(Child* child, ulong keep)
    {
        for (int capability = 0; capability < 64; capability++)
        {
            if ((keep >> capability & 1) != 0) continue;
            if (child->Try(SYS_prctl, PR_CAPBSET_DROP, capability)) continue;
            if (child->Errno == Errno.EINVAL) return true;
            // Who may not drop has nothing to drop where it is not in the set.
            if (Sys.Call(SYS_prctl, PR_CAPBSET_READ, capability) != 0) return false;
        }
        return true;
    }

    /// <summary>
    /// Gives the user what was made for the container as its stdin, stdout and stderr, or he could not open /dev/stdout: the terminal and
    /// the pipes of our own, and the pipes that an engine passes to a background container. Whatever else the caller has there, his
    /// terminal above all, stays whose it is. A map that does not allow it is no failure.
    /// </summary>
    /// <param name="child">Us.</param>
    /// <param name="uid">The user.</param>
    /// <param name="ours">A bit for each of the three that we made.</param>
    /// <param name="pipesToo">Pipes without a name are the container's, whoever made them.</param>
    public static bool OwnStdio(Child* child, uint uid, long ours, bool pipesToo)
    {
        statfs system;
        for (int fd = 0; fd < 3; fd++)
            if ((ours >> fd & 1) != 0
                || (pipesToo && child->Try(SYS_fstatfs, fd, (nint)(&system)) && system.f_type == sys_vfs.PIPEFS_MAGIC))
                child->Call(SYS_fchownat, fd, (nint)Text.Pointer(""u8), (nint)uid, -1, fcntl.AT_EMPTY_PATH);
        return true;
    }

    /// <summary>Optional: no groups, if that may be said at all.</summary>
    public static bool Become(Child* child, PlanOp* op)
    {
        IdentityArguments* who = &op->Identity;
        bool isOptional = (op->Flags & OpFlags.Optional) != 0;
        if (who->GroupCount >= 0 && !child->Try(SYS_setgroups, who->GroupCount, (nint)child->At(who->Groups))
            && (!isOptional || child->Errno != Errno.EPERM)) return false;
        // Capabilities are lost on the way from 0 to another user.
        if (who->Uid != 0 && !child->Try(SYS_prctl, PR_SET_KEEPCAPS, 1)) return false;
        if (!child->Try(SYS_setresgid, (nint)who->Gid, (nint)who->Gid, (nint)who->Gid)) return false;
        if (!child->Try(SYS_setresuid, (nint)who->Uid, (nint)who->Uid, (nint)who->Uid)) return false;
        // A change of user takes PDEATHSIG away (prctl(2)).
        return who->DeathSignal == 0 || Lifetime.DieWithParent(child, who->DeathSignal);
    }

    /// <summary>When it may only be warned of, what we do not hold is left out; optional: without a word.</summary>
    public static bool SetCapabilities(Child* child, PlanOp* op)
    {
        bool all = (op->Flags & (OpFlags.Warn | OpFlags.Optional)) == 0 || KeepWithinOwn(child, &op->Capabilities)
            || (op->Flags & OpFlags.Optional) != 0;
        return Set(child, &op->Capabilities) ? all || child->Fail(SYS_capset, Errno.EPERM) : Refuse(child, op);
    }

    /// <summary>To go on with more than was asked for is no answer to a warning.</summary>
    private static bool Refuse(Child* child, PlanOp* op)
    {
        op->Flags &= ~OpFlags.Warn;
        return false;
    }

    private static bool KeepWithinOwn(Child* child, CapabilitiesArguments* wanted)
    {
        uint* header = stackalloc uint[2];
        header[0] = capability.LINUX_CAPABILITY_VERSION_3;
        header[1] = 0;
        uint* sets = stackalloc uint[6];
        if (!child->Try(SYS_capget, (nint)header, (nint)sets)) return false;
        ulong permitted = sets[1] | (ulong)sets[4] << 32, inheritable = sets[2] | (ulong)sets[5] << 32;
        bool all = ((wanted->Permitted | wanted->Inheritable & ~inheritable) & ~permitted) == 0;
        wanted->Permitted &= permitted;
        wanted->Effective &= wanted->Permitted;
        wanted->Inheritable &= permitted | inheritable;
        wanted->Ambient &= wanted->Permitted & wanted->Inheritable;
        return all;
    }

    private static bool Set(Child* child, CapabilitiesArguments* wanted)
    {
        if (!child->Try(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)) return false;
        uint* header = stackalloc uint[2];
        header[0] = capability.LINUX_CAPABILITY_VERSION_3;
        header[1] = 0;
        uint* sets = stackalloc uint[6];
        for (int half = 0; half < 2; half++)
        {
            sets[half * 3] = (uint)(wanted->Effective >> (32 * half));
            sets[half * 3 + 1] = (uint)(wanted->Permitted >> (32 * half));
            sets[half * 3 + 2] = (uint)(wanted->Inheritable >> (32 * half));
        }
        if (!child->Try(SYS_capset, (nint)header, (nint)sets)) return false;
        for (int number = 0; number < 64; number++)
            if ((wanted->Ambient >> number & 1) != 0 && !child->Try(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number)) return false;
        return true;
    }
}
