using System.Runtime.CompilerServices;
using Minirun.Plan;
using Minirun.Linux;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Scripts;

/// <summary>
/// All that the cloned child does before execve. Invariant: it runs in the memory of a process with threads and a collector that know
/// nothing of it, or in a copy of it. It runs only <see cref="Run"/>: calls through a managed function pointer, on data prepared before and
/// kept until it has executed; no allocation, no exceptions, no statics, no calls that could be bound lazily. Stressed by
/// tests/Runtime.Tests CloneStressTests.
/// </summary>
internal unsafe struct ChildScript
{
    public delegate*<nint, nint, nint, nint, nint, nint, nint, nint> Syscall;
    public int* Errno;
    public RawCall* Calls;
    public int Count;
    public int ReportFd;
    public PlanMode Mode;
    public fixed long Registers[RawCall.Registers];

    /// <summary>The address of <see cref="Run"/>, compiled: the child must not meet the JIT.</summary>
    public static nint Entry
    {
        get
        {
            if (RuntimeFeature.IsDynamicCodeSupported)
                RuntimeHelpers.PrepareMethod(typeof(ChildScript).GetMethod(nameof(Run))!.MethodHandle);
            return (nint)(delegate*<ChildScript*, int>)&Run;
        }
    }

    /// <summary>What clone(2) calls in the child.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static int Run(ChildScript* script)
    {
        var syscall = script->Syscall;
        Report report = default;
        long* time = stackalloc long[2];
        byte any;
        long start = 0;
        for (int i = 0; i < script->Count; i++)
        {
            RawCall* call = script->Calls + i;
            if (call->First && (script->Mode & PlanMode.Step) != 0 && syscall(SYS_read, script->ReportFd, (nint)(&any), 1, 0, 0, 0) <= 0)
                break;
            if (call->First && script->Mode != PlanMode.Quiet)
            {
                syscall(SYS_clock_gettime, 1, (nint)time, 0, 0, 0, 0);
                start = time[0] * 1_000_000_000 + time[1];
            }
            long* a = call->Arguments;
            nint result = syscall((nint)call->Number, Value(script, a[0]), Value(script, a[1]), Value(script, a[2]), Value(script, a[3]),
                Value(script, a[4]), 0);
            if (result >= 0 && call->Keep >= 0) script->Registers[call->Keep] = result;
            if ((result < 0 && !call->MayFail) || (call->NeedsData && result == 0))
            {
                report.Kind = ReportKind.Failed;
                report.Op = call->Op;
                report.Errno = *script->Errno;
                report.Call = (int)call->Number;
                syscall(SYS_sendto, script->ReportFd, (nint)(&report), sizeof(Report), sys_socket.MSG_NOSIGNAL, 0, 0);
                if (!call->EndsAtOnce) syscall(SYS_read, script->ReportFd, (nint)(&any), 1, 0, 0, 0);
                break;
            }
            if (call->Forks && result > 0) syscall(SYS_exit_group, 0, 0, 0, 0, 0, 0);
            if (call->Last && script->Mode != PlanMode.Quiet)
            {
                syscall(SYS_clock_gettime, 1, (nint)time, 0, 0, 0, 0);
                report.Kind = ReportKind.Done;
                report.Op = call->Op;
                report.Nanoseconds = time[0] * 1_000_000_000 + time[1] - start;
                syscall(SYS_sendto, script->ReportFd, (nint)(&report), sizeof(Report), sys_socket.MSG_NOSIGNAL, 0, 0);
            }
        }
        syscall(SYS_exit_group, 125, 0, 0, 0, 0, 0);
        return 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Value(ChildScript* script, long argument) =>
        (nint)(argument >= RawCall.Register && argument < RawCall.Register + RawCall.Registers
            ? script->Registers[argument - RawCall.Register]
            : argument);
}
