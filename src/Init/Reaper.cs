using Minirun.Linux;
using Minirun.Plan;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

/// <summary>
/// --init, and the guard of a container without a pid namespace: stays behind as the parent of the command, passes signals on, reaps
/// orphans, and ends as the command ended. It runs with the command's own identity and limits, holding no descriptor but stdio and the list
/// of its children.
/// </summary>
internal static unsafe class Reaper
{
    private const int AnyChild = -1;

    /// <summary>The guard's only descriptor but stdio: the list of its children.</summary>
    private const int List = 3;

    /// <summary>Our own name for "the parent is gone": the last real-time signal, which minirun does not pass on.</summary>
    private const int ParentDied = 64;

    /// <summary>Of the procfs of outside: inside there may be none, or one that root there has taken away or covered.</summary>
    public static bool OpenChildren(Child* child)
    {
        child->Children = (int)child->Call(SYS_openat, fcntl.AT_FDCWD, (nint)Text.Pointer("/proc/thread-self/children"u8),
            fcntl.O_RDONLY | fcntl.O_CLOEXEC);
        return child->Children >= 0;
    }

    public static bool Start(Child* child, PlanOp* op)
    {
        ReaperArguments* how = &op->Reaper;
        bool subreaper = how->IsGuard;
        if (subreaper && !child->Try(SYS_prctl, sys_prctl.PR_SET_CHILD_SUBREAPER, 1)) return false;
        // Signals that arrive from here on belong to the command; blocked, they wait for rt_sigtimedwait.
        ulong all = ~0UL, old;
        Sys.Call(SYS_rt_sigprocmask, signal.SIG_SETMASK, (nint)(&all), (nint)(&old), sizeof(ulong));
        // Not clone3: the seccomp filter that is there by now answers ENOSYS to it.
        nint command = child->Call(SYS_clone, signal.SIGCHLD);
        if (command < 0) return false;
        if (command == 0)
        {
            if (how->HasTerminal) TakeForeground();
            Sys.Call(SYS_rt_sigprocmask, signal.SIG_SETMASK, (nint)(&old), 0, sizeof(ulong));
            // Without a pid namespace our own death does not end the command; the kernel does when asked.
            if (how->EndsCommand) Sys.Call(SYS_prctl, sys_prctl.PR_SET_PDEATHSIG, signal.SIGKILL);
            return true;
        }
        // Renewed as a signal that can be caught: there are orphans to kill before we go.
        if (subreaper && how->EndsWithParent) Sys.Call(SYS_prctl, sys_prctl.PR_SET_PDEATHSIG, ParentDied);
        Sys.Call(SYS_prctl, sys_prctl.PR_SET_DUMPABLE, 0);
        // In the place of whatever the command was given as its first descriptor.
        bool lists = child->Children >= 0 && (child->Children == List || Sys.Call(SYS_dup3, child->Children, List, fcntl.O_CLOEXEC) >= 0);
        Sys.Call(SYS_close_range, lists ? List + 1 : List, 0x7fffffff, 0);
        ReleaseStdio();
        Sys.Call(SYS_exit_group, Serve((int)command, subreaper));
        return false;
    }

    /// <summary>The command leads the terminal's foreground group, alone: a Ctrl-C reaches it once, not through us a second time.</summary>
    private static void TakeForeground()
    {
        Sys.Call(SYS_setpgid, 0, 0);
        int group = (int)Sys.Call(SYS_getpid);
        Sys.Call(SYS_ioctl, 0, termios_.TIOCSPGRP, (nint)(&group));
    }

    /// <summary>The command's pipes must see their end when the command ends, not when we do.</summary>
    private static void ReleaseStdio()
    {
        nint nowhere =
            Sys.Call(SYS_openat, fcntl.AT_FDCWD, (nint)Text.Pointer("/dev/null"u8), fcntl.O_RDWR | fcntl.O_NOFOLLOW | fcntl.O_CLOEXEC);
        for (int fd = 0; fd < 3; fd++)
            if (nowhere >= 0) Sys.Call(SYS_dup3, nowhere, fd, 0);
            else Sys.Call(SYS_close, fd);
        Child.Close(nowhere);
    }

    private static int Serve(int command, bool subreaper)
    {
        ulong all = ~0UL;
        byte* info = stackalloc byte[128];
        while (true)
        {
            int number = (int)Sys.Call(SYS_rt_sigtimedwait, (nint)(&all), (nint)info, 0, sizeof(ulong));
            if (number < 0) continue;
            bool parentDied = subreaper && number == ParentDied;
            if (parentDied) Sys.Call(SYS_kill, command, signal.SIGKILL);
            else if (number != signal.SIGCHLD) Sys.Call(SYS_kill, command, number);
            int status = Reap(command);
            if (status < 0) continue;
            if (subreaper) KillOrphans();
            return status;
        }
    }

    /// <summary>Collects all that ended; the exit status of the command when it is among them, -1 when not.</summary>
    private static int Reap(int command)
    {
        int status, result = -1;
        nint pid;
        while ((pid = Sys.Call(SYS_wait4, AnyChild, (nint)(&status), unistd.WNOHANG, 0)) > 0)
            if (pid == command) result = (status & 0x7f) != 0 ? 128 + (status & 0x7f) : status >> 8 & 0xff;
        return result;
    }

    /// <summary>
    /// Every descendant is, or becomes when its parent dies, our child: kill the children until there are none. The list is
    /// read from the kernel each time (proc_tid_children(5)).
    /// </summary>
    private static void KillOrphans()
    {
        byte* list = stackalloc byte[4096];
        while (true)
        {
            Sys.Call(SYS_lseek, List, 0, 0 /* SEEK_SET */);
            nint length = Sys.Call(SYS_read, List, (nint)list, 4095);
            if (length <= 0) return;
            list[length] = 0;
            KillListed(list);
            int status;
            if (Sys.Call(SYS_wait4, AnyChild, (nint)(&status), 0, 0) < 0) return;
        }
    }

    private static void KillListed(byte* list)
    {
        for (int pid = 0; ; list++)
        {
            if (*list >= '0' && *list <= '9') { pid = pid * 10 + (*list - '0'); continue; }
            if (pid > 0) Sys.Call(SYS_kill, pid, signal.SIGKILL);
            pid = 0;
            if (*list == 0) return;
        }
    }
}
