using System.Runtime.InteropServices;
using Minirun.Linux;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>
/// What fork-news does first for <c>exec</c>: it enters the namespaces of a container that lives. Whoever is root in there, with CAP_SYS_PTRACE in its
/// user namespace, may look into all that is executed in that namespace; not into us, who were executed outside of it, and can no longer be dumped
/// when we enter (CVE-2016-9962).
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct Joining
{
    public const int NoId = -1;

    /// <summary>Of the process whose namespaces they are: a pidfd.</summary>
    public int PidFd;

    public int ReportFd;

    /// <summary>Who we become inside, where the parent's id does not exist; <see cref="NoId"/>: nobody else. It may fail: there may be no such id.</summary>
    public int Uid;
    public int Gid;

    /// <summary>The operations that enter and that clone, for the report.</summary>
    public int JoinOp;
    public int CloneOp;

    /// <summary>Whether there is an OOM score to set; it must be set while we can be dumped, and is inherited.</summary>
    public int HasOomScore;
    public int OomScore;

    /// <summary>The answer: the process that is in the namespaces, as the parent sees it.</summary>
    public int Pid;

    public ulong Namespaces;
    public ulong NewNamespaces;

    /// <summary>Returns in the process that is inside. The memfd of the plan holds the request until there is a plan, and takes the answer.</summary>
    internal static void Do(int planFd)
    {
        Joining request;
        if (Sys.Call(SYS_pread64, planFd, (nint)(&request), sizeof(Joining), 0) != sizeof(Joining)) Sys.Call(SYS_exit_group, 125);
        if (request.HasOomScore != 0) SetOomScore(request.OomScore);
        if (Sys.Call(SYS_prctl, sys_prctl.PR_SET_DUMPABLE, 0) < 0) Fail(&request, request.JoinOp, SYS_prctl);
        if (Sys.Call(SYS_setns, request.PidFd, (nint)request.Namespaces) < 0) Fail(&request, request.JoinOp, SYS_setns);
        nint pid = Sys.Call(SYS_clone, (nint)(request.NewNamespaces | sched.CLONE_PARENT), 0, 0, 0, 0);
        if (pid < 0) Fail(&request, request.CloneOp, SYS_clone);
        if (pid > 0)
        {
            request.Pid = (int)pid;
            Sys.Call(SYS_pwrite64, planFd, (nint)(&request), sizeof(Joining), 0);
            Sys.Call(SYS_exit_group, 0);
        }
        Child.Close(request.PidFd);
        if (request.Gid != NoId) Sys.Call(SYS_setresgid, request.Gid, request.Gid, request.Gid);
        if (request.Uid != NoId) Sys.Call(SYS_setresuid, request.Uid, request.Uid, request.Uid);
    }

    /// <summary>Outside, so the path is the host's. That it did not work is found, and told, by the operation of the plan.</summary>
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

    private static void Fail(Joining* request, int op, int call)
    {
        Report report = default;
        report.Kind = ReportKind.Failed;
        report.Op = op;
        report.Call = call;
        report.Errno = *Sys.ErrnoLocation();
        Sys.Call(SYS_sendto, request->ReportFd, (nint)(&report), sizeof(Report), sys_socket.MSG_NOSIGNAL, 0, 0);
        Sys.Call(SYS_exit_group, 125);
    }
}
