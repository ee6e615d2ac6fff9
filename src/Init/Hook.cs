using Minirun.Linux;
using Minirun.Plan;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>
/// Hooks that run inside: createContainer and startContainer. What a hook says goes to memory, not to a pipe: it is read only when the hook
/// failed, and a process that the hook leaves behind holds nobody up.
/// </summary>
internal static unsafe class Hook
{
    /// <summary>
    /// A failure is told by its call: execve and poll with errno; wait4 with the wait(2) status in its place. The descriptors of its
    /// output stay open until the parent has read them.
    /// </summary>
    public static bool Run(Child* child, PlanOp* op)
    {
        int input = Memory(child), output = Memory(child), error = Memory(child);
        if (error < 0 || !WriteState(child, &op->Hook, input)) return false;
        int* failed = (int*)child->Call(SYS_mmap, 0, sizeof(int), sys_mman.PROT_READ | sys_mman.PROT_WRITE,
            sys_mman.MAP_SHARED | sys_mman.MAP_ANONYMOUS, -1);
        if ((nint)failed < 0) return false;
        int pidfd = -1;
        clone_args arguments = default;
        arguments.flags = sched.CLONE_PIDFD;
        arguments.pidfd = (ulong)&pidfd;
        arguments.exit_signal = signal.SIGCHLD;
        byte** argv = child->At(op->Hook.Arguments), envp = child->At(op->Hook.Environment);
        nint pid = child->Call(SYS_clone3, (nint)(&arguments), sizeof(clone_args));
        if (pid < 0) return false;
        if (pid == 0) Become(child, op, argv, envp, input, output, error, failed);
        bool done = Await(child, pidfd, (int)pid, op->Hook.Seconds, failed);
        Sys.Call(SYS_munmap, (nint)failed, sizeof(int));
        Child.Close(pidfd);
        Child.Close(input);
        child->Output = output;
        child->ErrorOutput = error;
        if (done) CloseOutput(child);
        return done;
    }

    private static void CloseOutput(Child* child)
    {
        Child.Close(child->Output);
        Child.Close(child->ErrorOutput);
        child->Output = child->ErrorOutput = 0;
    }

    private static int Memory(Child* child) =>
        (int)child->Call(SYS_memfd_create, (nint)Text.Pointer("minirun-hook"u8), (nint)sys_mman.MFD_CLOEXEC);

    private static bool WriteState(Child* child, HookArguments* hook, int fd)
    {
        byte* state = child->At(hook->State);
        if (hook->PidAt != 0)
        {
            // The digits, and not the zero that closes them: blanks follow, as JSON allows.
            byte* digits = stackalloc byte[24];
            Text.WriteNumber(digits, Sys.Call(SYS_getpid));
            for (int i = 0; digits[i] != 0; i++) state[hook->PidAt + i] = digits[i];
        }
        return child->Try(SYS_write, fd, (nint)state, hook->State.Length) && child->Try(SYS_lseek, fd, 0, 0 /* SEEK_SET */);
    }

    private static void Become(Child* child, PlanOp* op, byte** argv, byte** envp, int input, int output, int error, int* failed)
    {
        // A hook does not outlive the one who waits for it.
        Sys.Call(SYS_prctl, sys_prctl.PR_SET_PDEATHSIG, signal.SIGKILL);
        bool ready = child->Try(SYS_dup3, input, 0, 0) && child->Try(SYS_dup3, output, 1, 0) && child->Try(SYS_dup3, error, 2, 0)
            && child->Try(SYS_close_range, 3, 0x7fffffff, 0)
            && Signals.Reset(child)
            && (!op->Hook.IsOfContainer || SeccompFilters.InstallFollowing(child, op))
            && child->Try(SYS_execve, (nint)child->At(op->Hook.Program), (nint)argv, (nint)envp);
        if (!ready) *failed = child->Errno;
        Sys.Call(SYS_exit_group, 127);
    }

    private static bool Await(Child* child, int pidfd, int pid, long seconds, int* failed)
    {
        pollfd end;
        end.fd = pidfd;
        end.events = poll.POLLIN;
        end.revents = 0;
        // Nobody sends us signals but our parent, and those end us: there is no EINTR to go on after.
        timespec patience;
        patience.tv_sec = seconds;
        patience.tv_nsec = 0;
        bool late = Sys.Call(SYS_ppoll, (nint)(&end), 1, seconds == 0 ? 0 : (nint)(&patience)) == 0;
        if (late) Sys.Call(SYS_kill, pid, signal.SIGKILL);
        int status, other;
        Sys.Call(SYS_wait4, pid, (nint)(&status), 0, 0);
        // What the hook left behind and has ended since is ours to collect, when we are the first process.
        while (Sys.Call(SYS_wait4, -1, (nint)(&other), unistd.WNOHANG, 0) > 0) { }
        if (late) return child->Fail(SYS_ppoll, Errno.ETIMEDOUT);
        if (*failed != 0) return child->Fail(SYS_execve, *failed);
        return status == 0 || child->Fail(SYS_wait4, status);
    }
}
