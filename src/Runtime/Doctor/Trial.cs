using System.Runtime.InteropServices;
using Minirun.Plan;
using Minirun.Linux;
using Minirun.Runtime.Launch;
using Minirun.Runtime.Scripts;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Doctor;

/// <summary>Tries system calls in a child with namespaces of its own: what works there is known, not guessed from a version.</summary>
internal static unsafe class Trial
{
    /// <summary>Carries out the calls that <paramref name="write"/> adds; with a new user namespace, as its root.</summary>
    /// <param name="namespaces">CLONE_NEW* flags.</param>
    /// <param name="write">Adds the calls, one step each; null for none.</param>
    /// <param name="whileWaiting">What the parent does while the child waits, its id maps written; gets the child's pid.</param>
    public static Outcome Run(ulong namespaces, Action<ScriptWriter>? write = null, Func<int, Outcome>? whileWaiting = null)
    {
        int* sockets = stackalloc int[2];
        LinuxException.Check(sys_socket.socketpair(sys_socket.AF_UNIX, sys_socket.SOCK_SEQPACKET | sys_socket.SOCK_CLOEXEC, 0, sockets),
            "socketpair");
        int ours = sockets[0], childs = sockets[1];
        var script = new ScriptWriter();
        // With a copy of our end the child would wait for itself when we are gone.
        script.Add(0, SYS_close, ours);
        script.Add(1, SYS_read, childs, script.Bytes(new byte[8]), 1).NeedsData = true;
        write?.Invoke(script);
        LaunchedContainer child;
        try
        {
            // A copy of our memory: what a trial does to its own process must not be done to us.
            (int pid, int pidfd) = script.Clone(namespaces, childs, PlanMode.Quiet, copy: true);
            child = new LaunchedContainer(pid, pidfd, ours, script);
        }
        catch (LinuxException refused)
        {
            script.Dispose();
            unistd.close(ours);
            return new Outcome(refused.Call, refused.Number) { NoNamespaces = namespaces != 0 };
        }
        finally
        {
            unistd.close(childs);
        }
        try
        {
            return Supervise(child, namespaces, whileWaiting);
        }
        finally
        {
            child.Abandon();
        }
    }

    private static Outcome Supervise(LaunchedContainer child, ulong namespaces, Func<int, Outcome>? whileWaiting)
    {
        if ((namespaces & sched.CLONE_NEWUSER) != 0 && MapOneId(child.Pid) is { IsOk: false } unmapped) return unmapped;
        if (whileWaiting?.Invoke(child.Pid) is { IsOk: false } failed) return failed;
        Launcher.Go(child.ReportFd);
        return Await(child.ReportFd);
    }

    /// <summary>The child reports its first failure; without one it ends, and the socket with it.</summary>
    private static Outcome Await(int socket)
    {
        Report report;
        nint length = unistd.read(socket, &report, sizeof(Report));
        return length <= 0 ? Outcome.Fine : new Outcome(Name(report.Call), report.Errno, report.Op);
    }

    /// <summary>We are root inside: what an ordinary user may always write.</summary>
    private static Outcome MapOneId(int pid)
    {
        (string File,
            string Text)[] files = [("setgroups", "deny"), ("uid_map", $"0 {unistd.geteuid()} 1"), ("gid_map", $"0 {unistd.getegid()} 1")];
        foreach (var (file, text) in files)
        {
            int fd = fcntl.open($"/proc/{pid}/{file}", fcntl.O_WRONLY | fcntl.O_CLOEXEC);
            if (fd < 0) return new Outcome($"open of {file}", Marshal.GetLastPInvokeError());
            byte[] bytes = System.Text.Encoding.ASCII.GetBytes(text);
            fixed (byte* pointer = bytes)
            {
                nint written = unistd.write(fd, pointer, bytes.Length);
                int errno = Marshal.GetLastPInvokeError();
                unistd.close(fd);
                if (written < 0) return new Outcome($"write of {file}", errno);
            }
        }
        return Outcome.Fine;
    }
}
