using System.Runtime.CompilerServices;
using Minirun.Init;
using Minirun.Linux;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Launch;

/// <summary>
/// The clone, and all that the child does before execve. Invariant: after the clone the child is a copy of a process with threads and a collector
/// that it no longer has. It runs only <see cref="Run"/>: calls through a managed function pointer, on data prepared before; no allocation, no
/// exceptions, no statics, no calls that could be bound lazily. Stressed by tests/Runtime.Tests CloneStressTests.
/// </summary>
internal unsafe struct ChildScript
{
    public clone_args* CloneArguments;
    public delegate*<nint, nint, nint, nint, nint, nint, nint, nint> Syscall;
    public int* Errno;
    public RawCall* Calls;
    public int Count;
    public int ReportFd;
    public PlanMode Mode;
    public fixed long Registers[RawCall.Registers];

    /// <summary>In the parent: the child's pid, or -1 with errno set. Does not return in the child.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static nint Run(ChildScript* script)
    {
        var syscall = script->Syscall;
        nint pid = syscall(SYS_clone3, (nint)script->CloneArguments, sizeof(clone_args), 0, 0, 0, 0);
        if (pid != 0) return pid;

        Report report = default;
        long* time = stackalloc long[2];
        byte any;
        long start = 0;
        for (int i = 0; i < script->Count; i++)
        {
            RawCall* call = script->Calls + i;
            if (call->First && (script->Mode & PlanMode.Step) != 0 && syscall(SYS_read, script->ReportFd, (nint)(&any), 1, 0, 0, 0) <= 0) break;
            if (call->First && script->Mode != PlanMode.Quiet)
            {
                syscall(SYS_clock_gettime, 1, (nint)time, 0, 0, 0, 0);
                start = time[0] * 1_000_000_000 + time[1];
            }
            long* a = call->Arguments;
            nint result = syscall((nint)call->Number, Value(script, a[0]), Value(script, a[1]), Value(script, a[2]), Value(script, a[3]), Value(script, a[4]), 0);
            if (result >= 0 && call->Keep >= 0) script->Registers[call->Keep] = result;
            if ((result < 0 && !call->MayFail) || (call->NeedsData && result <= 0))
            {
                report.Kind = ReportKind.Failed;
                report.Op = call->Op;
                report.Errno = *script->Errno;
                report.Call = (int)call->Number;
                syscall(SYS_sendto, script->ReportFd, (nint)(&report), sizeof(Report), sys_socket.MSG_NOSIGNAL, 0, 0);
                syscall(SYS_read, script->ReportFd, (nint)(&any), 1, 0, 0, 0);
                break;
            }
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
        (nint)(argument >= RawCall.Register && argument < RawCall.Register + RawCall.Registers ? script->Registers[argument - RawCall.Register] : argument);
}
