using System.Runtime.InteropServices;
using Minirun.Plan;
using Minirun.Linux;
using Minirun.Runtime.Launch;
using Minirun.Runtime.Scripts;
using Minirun.Runtime.Spec;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Lifecycle;

/// <summary>
/// Hooks in the runtime's own namespaces: prestart, createRuntime, poststart, poststop. Each gets the container's state on stdin, and
/// exactly the arguments and environment of the document, or without one ours. Its output goes to memory, and into the error when it fails.
/// </summary>
public static unsafe class HookRunner
{
    /// <summary>Runs them one after the other, to the first that fails.</summary>
    /// <param name="hooks">Of one kind; null for none.</param>
    /// <param name="kind">As in the document: prestart.</param>
    /// <param name="state">The container at this moment, with its status.</param>
    /// <exception cref="UserError">One failed.</exception>
    public static void Run(List<OciHook>? hooks, string kind, OciState state)
    {
        for (int i = 0; i < (hooks?.Count ?? 0); i++)
            if (RunOne(hooks![i], state) is { } why) throw HookFailure.Error(kind, i.ToString(), why);
    }

    /// <summary>Runs them all: a failure is a warning, as the specification has it for poststop.</summary>
    public static void RunAll(List<OciHook>? hooks, string kind, OciState state, Action<string> warn)
    {
        for (int i = 0; i < (hooks?.Count ?? 0); i++)
            if (RunOne(hooks![i], state) is { } why) warn(HookFailure.Error(kind, i.ToString(), why).Message);
    }

    /// <summary>Why the hook failed; null when it did not.</summary>
    private static string? RunOne(OciHook hook, OciState about)
    {
        byte[] state = about.ToJson();
        int* fds = stackalloc int[3], sockets = stackalloc int[2];
        LinuxException.Check(sys_socket.socketpair(sys_socket.AF_UNIX, sys_socket.SOCK_SEQPACKET | sys_socket.SOCK_CLOEXEC, 0, sockets),
            "socketpair");
        for (int i = 0; i < 3; i++)
            fds[i] = (int)LinuxException.Check(sys_mman.memfd_create("minirun-hook", sys_mman.MFD_CLOEXEC), "memfd_create");
        fixed (byte* bytes = state)
            if (state.Length > 0) LinuxException.Check(unistd.pwrite(fds[0], bytes, state.Length, 0), "write", "hook's stdin");
        using var script = new ScriptWriter();
        Write(script, hook, about.Bundle, fds);
        (int pid, int pidfd) = script.Clone(0, sockets[1], PlanMode.Quiet);
        unistd.close(sockets[1]);
        try
        {
            return Await(hook, pid, pidfd, sockets[0], fds);
        }
        finally
        {
            unistd.close(pidfd);
            unistd.close(sockets[0]);
            for (int i = 0; i < 3; i++) unistd.close(fds[i]);
        }
    }

    private static void Write(ScriptWriter script, OciHook hook, string bundle, int* fds)
    {
        const int toCloseOnExec = 4;   // CLOSE_RANGE_CLOEXEC: the report socket must tell of a failed execve
        for (int fd = 0; fd < 3; fd++) script.Add(0, SYS_dup3, fds[fd], fd, 0);
        script.Add(0, SYS_close_range, 3, int.MaxValue, toCloseOnExec);
        ChildSignals.Reset(script);
        // Where runc runs them; the bundle may be gone by the time of poststop.
        script.Add(0, SYS_chdir, script.Text(bundle)).MayFail = true;
        string[] arguments = hook.Args is { Count: > 0 } given ? [.. given] : [hook.Path];
        // One that says nothing of it has the runtime's, as runc gives it; `[]` says none.
        script.Add(0, SYS_execve, script.Text(hook.Path), script.Array(arguments),
            script.Array(hook.Env is { } env ? [.. env] : ChildProgram.Environment()));
    }

    private static string? Await(OciHook hook, int pid, int pidfd, int reportFd, int* fds)
    {
        long deadline = hook.Timeout is > 0 and var seconds ? Clock.Now() + seconds * 1_000_000_000L : long.MaxValue;
        Report report;
        // Its end closes on execve.
        bool executed = ReportChannel.Receive(reportFd, &report) == ReportChannel.Ended;
        if (!executed) Launcher.Go(reportFd);
        bool late = executed && !EndsBefore(pidfd, deadline);
        if (late) syscall(SYS_pidfd_send_signal, pidfd, signal.SIGKILL);
        int status = ExitStatus.Wait(pid);
        if (!executed) return HookFailure.NotExecuted(hook.Path, report.Errno);
        if (late) return HookFailure.TimedOut(hook.Timeout!.Value);
        return status == 0 ? null : HookFailure.Ended(status, HookFailure.ReadAll(fds[1]), HookFailure.ReadAll(fds[2]));
    }

    private static bool EndsBefore(int pidfd, long deadline)
    {
        var end = new pollfd { fd = pidfd, events = poll.POLLIN };
        while (true)
        {
            long left = deadline == long.MaxValue ? -1 : Math.Max(0, (deadline - Clock.Now()) / 1_000_000 + 1);
            int ready = poll.poll_(&end, 1, (int)Math.Min(left, int.MaxValue));
            if (ready > 0) return true;
            if (ready < 0 && Marshal.GetLastPInvokeError() != Errno.EINTR) throw new LinuxException("poll", Marshal.GetLastPInvokeError());
            if (ready == 0 && Clock.Now() >= deadline) return false;
        }
    }
}
