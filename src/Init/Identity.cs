using Minirun.Linux;
using static Minirun.Linux.sys_prctl;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>User, groups and capabilities(7) of the command.</summary>
internal static unsafe class Identity
{
    /// <summary>Drops every capability that is not in <paramref name="keep"/> from the bounding set; the kernel's last one answers EINVAL.</summary>
    public static bool DropBounding(Child* child, ulong keep)
    {
        for (int capability = 0; capability < 64; capability++)
        {
            if ((keep >> capability & 1) != 0) continue;
            if (!child->Try(SYS_prctl, PR_CAPBSET_DROP, capability)) return child->Errno == Errno.EINVAL;
        }
        return true;
    }

    /// <summary>A: uid, B: gid, C: number of groups at S1, -1 to leave them alone (setgroups denied), D: signal of ParentDeath to renew, 0 for none.</summary>
    public static bool Become(Child* child, PlanOp* op)
    {
        if (op->C >= 0 && !child->Try(SYS_setgroups, (nint)op->C, (nint)child->At(op->S1))) return false;
        if (!child->Try(SYS_prctl, PR_SET_KEEPCAPS, 1)) return false;
        if (!child->Try(SYS_setresgid, (nint)op->B, (nint)op->B, (nint)op->B)) return false;
        if (!child->Try(SYS_setresuid, (nint)op->A, (nint)op->A, (nint)op->A)) return false;
        // A change of user takes PDEATHSIG away (prctl(2)).
        return op->D == 0 || Lifetime.DieWithParent(child, (int)op->D);
    }

    /// <summary>A: effective, B: permitted, C: inheritable, D: ambient.</summary>
    public static bool SetCapabilities(Child* child, PlanOp* op)
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
