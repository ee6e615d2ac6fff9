using Minirun.Plan;
using Minirun.Linux;
using Minirun.Runtime.Scripts;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Launch;

/// <summary>
/// A shell in the namespaces of a half-made container, for --step: with the rights of its root, and with whatever is on / there now.
/// </summary>
public static unsafe class NamespaceShell
{
    private const string Program = "/bin/sh";

    /// <summary>Waits for its end; gives its exit status.</summary>
    /// <param name="pid">A process that is in the namespaces.</param>
    /// <param name="namespaces">CLONE_NEW* of those that are not ours.</param>
    /// <param name="terminal">Its stdin, stdout and stderr when it is a terminal; else it has ours.</param>
    /// <exception cref="LinuxException">It cannot enter, or there is no shell.</exception>
    public static int Run(int pid, ulong namespaces, int terminal)
    {
        int pidfd = (int)LinuxException.Check(syscall(SYS_pidfd_open, pid, 0), "pidfd_open");
        int* sockets = stackalloc int[2];
        LinuxException.Check(sys_socket.socketpair(sys_socket.AF_UNIX, sys_socket.SOCK_SEQPACKET | sys_socket.SOCK_CLOEXEC, 0, sockets),
            "socketpair");
        using var script = new ScriptWriter();
        if (namespaces != 0) script.Add(0, SYS_setns, pidfd, (long)namespaces);
        // A process is in a pid namespace from its birth; a shell that was not, while its jobs are, could not give them the terminal.
        // Its own number there comes into its memory: the fourth argument on x86-64, the fifth on arm64 (clone(2)).
        long own = script.Bytes(new byte[sizeof(int)]);
        const ulong numbers = sched.CLONE_PARENT_SETTID | sched.CLONE_CHILD_SETTID;
        ref RawCall second =
            ref script.Add(0, SYS_clone, (long)(sched.CLONE_PARENT | numbers) | signal.SIGCHLD, 0, (long)script.Shared, own, own);
        second.Forks = second.EndsAtOnce = true;
        // Its group has the terminal: it would not find ours again, which its pid namespace does not know.
        script.Add(0, SYS_setpgid, 0, 0).MayFail = true;
        // Until then it is in the background, and the kernel would stop it for this (SIGTTOU).
        ulong stop = signal.Bit(signal.SIGTTOU);
        script.Add(0, SYS_rt_sigprocmask, signal.SIG_BLOCK, script.Bytes(new ReadOnlySpan<byte>(&stop, sizeof(ulong))), 0, sizeof(ulong));
        script.Add(0, SYS_ioctl, terminal, termios_.TIOCSPGRP, own).MayFail = true;
        // Where the ids are mapped yet. Without an id 0 inside execve would take the capabilities.
        script.Add(0, SYS_setresgid, 0, 0, 0).MayFail = true;
        script.Add(0, SYS_setresuid, 0, 0, 0).MayFail = true;
        for (int fd = 0; fd < 3 && unistd.isatty(terminal) == 1; fd++)
            if (unistd.isatty(fd) == 0) script.Add(0, SYS_dup3, terminal, fd, 0);
        ChildLifetime.EndWithUs(script, sockets[0], sockets[1]);
        ChildSignals.Reset(script);
        script.Add(0, SYS_execve, script.Text(Program), script.Array("sh", "-i"), script.Array(Environment())).EndsAtOnce = true;
        try
        {
            // A copy of our memory: it changes its user, which would take our dumpable flag away with its own.
            (int child, int childFd) = script.Clone(0, sockets[1], PlanMode.Quiet, copy: true);
            unistd.close(sockets[1]);
            Report report;
            // Not before it has executed or failed: until then its memory is a copy of ours, and its pid not there to be read.
            bool runs = ReportChannel.Receive(sockets[0], &report) == ReportChannel.Ended;
            if (!runs) Launcher.Go(sockets[0]);
            int status = ExitStatus.Wait(child);
            if (*script.Shared > 0) status = ExitStatus.Wait(*script.Shared);
            unistd.close(childFd);
            return runs
                ? ExitStatus.Code(status)
                : throw new LinuxException(report.Call == SYS_execve ? "execve" : "setns", report.Errno,
                    report.Call == SYS_execve ? Program : null);
        }
        finally
        {
            unistd.close(sockets[0]);
            unistd.close(pidfd);
        }
    }

    /// <summary>Ours, with a prompt that says where one is.</summary>
    private static string[] Environment() =>
        [.. ChildProgram.Environment().Where(each => !each.StartsWith("PS1=", StringComparison.Ordinal)), @"PS1=(half-made) $PWD \$ "];
}
