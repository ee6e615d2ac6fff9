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

    /// <summary>
    /// A: uid, B: gid, C: number of groups at S1, -1 to leave them alone (setgroups denied), D: signal of ParentDeath to renew, 0 for none.
    /// Optional: no groups, if that may be said at all.
    /// </summary>
    public static bool Become(Child* child, PlanOp* op)
    {
        if (op->C >= 0 && !child->Try(SYS_setgroups, (nint)op->C, (nint)child->At(op->S1))
            && ((op->Flags & OpFlags.Optional) == 0 || child->Errno != Errno.EPERM))
            return false;
        if (!child->Try(SYS_prctl, PR_SET_KEEPCAPS, 1)) return false;
        if (!child->Try(SYS_setresgid, (nint)op->B, (nint)op->B, (nint)op->B)) return false;
        if (!child->Try(SYS_setresuid, (nint)op->A, (nint)op->A, (nint)op->A)) return false;
        // A change of user takes PDEATHSIG away (prctl(2)).
        return op->D == 0 || Lifetime.DieWithParent(child, (int)op->D);
    }

    /// <summary>
    /// A: effective, B: permitted, C: inheritable, D: ambient. When it may only be warned of, what we do not hold is left out; optional:
    /// without a word.
    /// </summary>
    public static bool SetCapabilities(Child* child, PlanOp* op)
    {
        bool all = (op->Flags & (OpFlags.Warn | OpFlags.Optional)) == 0 || KeepWithinOwn(child, op) || (op->Flags & OpFlags.Optional) != 0;
        return Set(child, op) ? all || child->Fail(SYS_capset, Errno.EPERM) : Refuse(child, op);
    }

    /// <summary>To go on with more than was asked for is no answer to a warning.</summary>
    private static bool Refuse(Child* child, PlanOp* op)
    {
        op->Flags &= ~OpFlags.Warn;
        return false;
    }

    private static bool KeepWithinOwn(Child* child, PlanOp* op)
    {
        uint* header = stackalloc uint[2];
        header[0] = capability.LINUX_CAPABILITY_VERSION_3;
        header[1] = 0;
        uint* sets = stackalloc uint[6];
        if (!child->Try(SYS_capget, (nint)header, (nint)sets)) return false;
        long permitted = (long)(sets[1] | (ulong)sets[4] << 32), inheritable = (long)(sets[2] | (ulong)sets[5] << 32);
        bool all = ((op->B | op->C & ~inheritable) & ~permitted) == 0;
        op->B &= permitted;
        op->A &= op->B;
        op->C &= permitted | inheritable;
        op->D &= op->B & op->C;
        return all;
    }

    private static bool Set(Child* child, PlanOp* op)
    {
        if (!child->Try(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)) return false;
        uint* header = stackalloc uint[2];
        header[0] = capability.LINUX_CAPABILITY_VERSION_3;
        header[1] = 0;
        uint* sets = stackalloc uint[6];
        for (int half = 0; half < 2; half++)
        {
            sets[half * 3] = (uint)(op->A >> (32 * half));
            sets[half * 3 + 1] = (uint)(op->B >> (32 * half));
            sets[half * 3 + 2] = (uint)(op->C >> (32 * half));
        }
        if (!child->Try(SYS_capset, (nint)header, (nint)sets)) return false;
        for (int number = 0; number < 64; number++)
            if (((ulong)op->D >> number & 1) != 0 && !child->Try(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number)) return false;
        return true;
    }
}
