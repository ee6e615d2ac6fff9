using System.Runtime.CompilerServices;
using Minirun.Linux;
using Minirun.Plan;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>Installs filters (seccomp(2)), and hands the listener of one that notifies to the parent.</summary>
internal static unsafe class SeccompFilters
{
    private const int StackSize = 65536;

    /// <summary>struct sock_fprog is a count and a pointer.</summary>
    public static bool Install(Child* child, PlanOp* op)
    {
        ulong* program = stackalloc ulong[2];
        program[0] = (ulong)op->Seccomp.Count;
        program[1] = (ulong)child->At(op->Seccomp.Program);
        return (op->Seccomp.Flags & seccomp.SECCOMP_FILTER_FLAG_NEW_LISTENER) == 0
            ? child->Try(SYS_seccomp, seccomp.SECCOMP_SET_MODE_FILTER, (nint)op->Seccomp.Flags, (nint)program)
            : WithListener(child, op, program);
    }

    /// <summary>
    /// The filters that the plan has after <paramref name="op"/>. A hook's program comes from the container's root file system, which the
    /// filters are there to hold; fork-news itself goes on without them, because a profile knows the calls of the command and not ours.
    /// </summary>
    public static bool InstallFollowing(Child* child, PlanOp* op)
    {
        PlanOp* end = (PlanOp*)((byte*)child->Plan + child->Plan->OpsOffset) + child->Plan->OpCount;
        while (++op < end)
            if (op->Code == OpCode.Seccomp && !Install(child, op)) return false;
        return true;
    }

    /// <summary>
    /// Once the filter is there, any call of ours may wait for the agent, sendmsg too; and the agent gets the listener by sendmsg. So a
    /// thread without the filter sends it. It shares our memory and descriptors, and we tell it by memory alone.
    /// </summary>
    private static bool WithListener(Child* child, PlanOp* op, ulong* program)
    {
        Handover handover = default;
        handover.ReportFd = child->Plan->ReportFd;
        handover.Op = op->Index;
        nint stack = child->Call(SYS_mmap, 0, StackSize, sys_mman.PROT_READ | sys_mman.PROT_WRITE,
            sys_mman.MAP_PRIVATE | sys_mman.MAP_ANONYMOUS, -1);
        if (stack < 0) return false;
        const int flags =
            (int)(sched.CLONE_VM | sched.CLONE_FS | sched.CLONE_FILES | sched.CLONE_SIGHAND | sched.CLONE_THREAD | sched.CLONE_SYSVSEM);
        if (Sys.Clone((nint)(delegate*<Handover*, int>)&Send, stack + StackSize, flags, &handover) < 0)
            return child->Fail(SYS_clone, *Sys.ErrnoLocation());
        nint listener = child->Call(SYS_seccomp, seccomp.SECCOMP_SET_MODE_FILTER, (nint)op->Seccomp.Flags, (nint)program);
        Volatile.Write(ref handover.Listener, listener < 0 ? Handover.None : (int)listener);
        if (listener < 0) return false;
        while (Volatile.Read(ref handover.Outcome) == 0) { }
        return handover.Outcome == Handover.Sent || child->Fail(SYS_sendmsg, -handover.Outcome);
    }

    /// <summary>The thread.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Send(Handover* handover)
    {
        int listener;
        while ((listener = Volatile.Read(ref handover->Listener)) == 0) Sys.Call(SYS_sched_yield);
        if (listener == Handover.None) return 0;
        nint sent = DescriptorReport.Send(handover->ReportFd, ReportKind.Listener, handover->Op, listener);
        int outcome = sent < 0 ? -*Sys.ErrnoLocation() : Handover.Sent;
        Sys.Call(SYS_close, listener);
        // Without an agent the command must not run, so we wait until the agent has the listener: here, where no call of ours is asked
        // about.
        if (sent >= 0) Waiting.AwaitGo(handover->ReportFd);
        Volatile.Write(ref handover->Outcome, outcome);
        return 0;
    }

    private struct Handover
    {
        public const int None = -1, Sent = 1;
        public int ReportFd;
        public int Op;
        public int Listener;
        public int Outcome;
    }
}
