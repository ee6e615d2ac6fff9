using Minirun.Linux;
using Minirun.Plan;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>
/// What fork-news does first for a process in a user namespace that exists: it enters the namespaces by itself. Whoever is root in there,
/// with CAP_SYS_PTRACE, may look into all that is executed in that namespace; not into us, who were executed outside of it, and can no
/// longer be dumped when we enter (CVE-2016-9962). The memfd of the plan holds this, its steps and their strings until there is a plan.
/// </summary>
internal static unsafe class Joining
{
    /// <summary>Returns in the process that is inside.</summary>
    public static void Do(int planFd)
    {
        JoiningPlan* request = Read(planFd);
        if (request == null) Sys.Call(SYS_exit_group, 125);
        if (request->HasOomScore != 0) SetOomScore(request->OomScore);
        var steps = (JoiningStep*)(request + 1);
        if (Sys.Call(SYS_prctl, sys_prctl.PR_SET_DUMPABLE, 0) < 0) Fail(request, steps->Op, SYS_prctl, waits: false);
        bool inside = false;
        for (int i = 0; i < request->StepCount; i++)
        {
            JoiningStep* step = steps + i;
            byte* path = (byte*)request + step->Path;
            switch (step->Kind)
            {
                case JoiningKind.Enter:
                    if (Sys.Call(SYS_setns, step->Fd, (nint)step->Flags) < 0) Fail(request, step->Op, SYS_setns, waits: false);
                    Child.Close(step->Fd);
                    break;
                case JoiningKind.Clone:
                    nint pid = Sys.Call(SYS_clone, (nint)(step->Flags | sched.CLONE_PARENT), 0, 0, 0, 0);
                    if (pid < 0) Fail(request, step->Op, SYS_clone, waits: false);
                    if (pid > 0)
                    {
                        request->Pid = (int)pid;
                        Sys.Call(SYS_pwrite64, planFd, (nint)request, sizeof(JoiningPlan), 0);
                        Sys.Call(SYS_exit_group, 0);
                    }
                    inside = true;
                    break;
                case JoiningKind.Directory:
                    if (Sys.Call(SYS_chdir, (nint)path) < 0) Fail(request, step->Op, SYS_chdir, inside);
                    break;
                case JoiningKind.Open:
                    nint fd = Sys.Call(SYS_openat, fcntl.AT_FDCWD, (nint)path, (nint)step->Flags);
                    if (fd < 0) Fail(request, step->Op, SYS_openat, inside);
                    if (Sys.Call(SYS_dup3, fd, step->Fd, fcntl.O_CLOEXEC) < 0) Fail(request, step->Op, SYS_dup3, inside);
                    Child.Close(fd);
                    break;
            }
        }
        if (request->Gid != JoiningPlan.NoId) Sys.Call(SYS_setresgid, request->Gid, request->Gid, request->Gid);
        if (request->Uid != JoiningPlan.NoId) Sys.Call(SYS_setresuid, request->Uid, request->Uid, request->Uid);
        Sys.Call(SYS_munmap, (nint)request, request->Length);
    }

    /// <summary>A copy: the plan takes its place while we are still at it. Null: there is none.</summary>
    private static JoiningPlan* Read(int planFd)
    {
        JoiningPlan header;
        if (Sys.Call(SYS_pread64, planFd, (nint)(&header), sizeof(JoiningPlan), 0) != sizeof(JoiningPlan)) return null;
        nint memory = Sys.Call(SYS_mmap, 0, header.Length, sys_mman.PROT_READ | sys_mman.PROT_WRITE,
            sys_mman.MAP_PRIVATE | sys_mman.MAP_ANONYMOUS, -1, 0);
        return memory < 0 || Sys.Call(SYS_pread64, planFd, memory, header.Length, 0) != header.Length ? null : (JoiningPlan*)memory;
    }

    /// <summary>Outside, so the path is the host's. That it did not work is seen, and told, by the parent.</summary>
    private static void SetOomScore(int score)
    {
        byte* text = stackalloc byte[24];
        byte* digits = text;
        if (score < 0) *digits++ = (byte)'-';
        byte* end = Text.WriteNumber(digits, score < 0 ? -(long)score : score);
        nint fd = Sys.Call(SYS_openat, fcntl.AT_FDCWD, (nint)Text.Pointer("/proc/self/oom_score_adj"u8), fcntl.O_WRONLY | fcntl.O_CLOEXEC);
        if (fd < 0) return;
        Sys.Call(SYS_write, fd, (nint)text, (nint)(end - text));
        Child.Close(fd);
    }

    /// <summary>Does not return. The process inside waits until the parent, who may be about to put it into a cgroup, has heard.</summary>
    private static void Fail(JoiningPlan* request, int op, int call, bool waits)
    {
        byte any;
        Report report = default;
        report.Kind = ReportKind.Failed;
        report.Op = op;
        report.Call = call;
        report.Errno = *Sys.ErrnoLocation();
        Sys.Call(SYS_sendto, request->ReportFd, (nint)(&report), sizeof(Report), sys_socket.MSG_NOSIGNAL, 0, 0);
        if (waits) Sys.Call(SYS_read, request->ReportFd, (nint)(&any), 1);
        Sys.Call(SYS_exit_group, 125);
    }
}
