using Minirun.Plan;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime.Scripts;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Launch;

/// <summary>Another program as a child of ours: a runtime, a helper, a monitor.</summary>
public sealed unsafe class ChildProgram : IDisposable
{
    private const int CloseOnExec = 4;   // CLOSE_RANGE_CLOEXEC

    /// <summary>Those that are still to be waited for; also the lock of their beginning.</summary>
    private static readonly HashSet<int> s_ours = [];

    private ChildProgram(int pid, int pidfd) => (Pid, PidFd) = (pid, pidfd);

    /// <summary>Does something while none begins: it knows all children of ours that somebody will wait for.</summary>
    public static void WithAll(Action<IReadOnlySet<int>> act)
    {
        lock (s_ours) act(s_ours);
    }

    public int Pid { get; }

    /// <summary>Readable when it has ended.</summary>
    public int PidFd { get; }

    /// <summary>Starts a program.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="arguments">From argv[0] on.</param>
    /// <param name="descriptors">What it has as 0, 1, 2 and so on; all others stay out.</param>
    /// <param name="environment">NAME=VALUE; null: ours.</param>
    /// <param name="ownSession">Not of our terminal and process group (setsid(2)).</param>
    /// <param name="endsWithUs">It has something of our caller's (<see cref="ChildLifetime"/>).</param>
    /// <exception cref="LinuxException">It cannot be executed.</exception>
    public static ChildProgram Start(
        string path, string[] arguments, ReadOnlySpan<int> descriptors, string[]? environment = null, bool ownSession = false,
        bool endsWithUs = false)
    {
        int* sockets = stackalloc int[2];
        LinuxException.Check(sys_socket.socketpair(sys_socket.AF_UNIX, sys_socket.SOCK_SEQPACKET | sys_socket.SOCK_CLOEXEC, 0, sockets),
            "socketpair");
        var script = new ScriptWriter();
        // First above all numbers that they are to have: none overwrites another.
        int above = fcntl.DuplicateAbove(descriptors.Length + 1, sockets[1]);
        int[] moved = new int[descriptors.Length];
        for (int i = 0; i < moved.Length; i++) moved[i] = fcntl.DuplicateAbove(descriptors.Length + 1, descriptors[i]);
        if (ownSession) script.Add(0, SYS_setsid);
        if (endsWithUs) ChildLifetime.EndWithUs(script, sockets[0], above);
        for (int i = 0; i < moved.Length; i++) script.Add(0, SYS_dup3, moved[i], i, 0);
        script.Add(0, SYS_close_range, moved.Length, int.MaxValue, CloseOnExec);
        ChildSignals.Reset(script);
        script.Add(0, SYS_execve, script.Text(path), script.Array(arguments), script.Array(environment ?? Environment()));
        try
        {
            int pid, pidfd;
            lock (s_ours)
            {
                (pid, pidfd) = script.Clone(0, above, PlanMode.Quiet);
                s_ours.Add(pid);
            }
            unistd.close(above);
            unistd.close(sockets[1]);
            // Its end closes on execve.
            Report report;
            var child = new ChildProgram(pid, pidfd);
            if (ReportChannel.Receive(sockets[0], &report) == ReportChannel.Ended) return child;
            Launcher.Go(sockets[0]);
            child.Wait();
            child.Dispose();
            throw new LinuxException("execve", report.Errno, path);
        }
        finally
        {
            unistd.close(sockets[0]);
            foreach (int fd in moved) unistd.close(fd);
            script.Dispose();
        }
    }

    /// <summary>Waits for its end; gives the exit status as a shell has it.</summary>
    public int Wait()
    {
        int status = ExitStatus.Wait(Pid);
        lock (s_ours) s_ours.Remove(Pid);
        return ExitStatus.Code(status);
    }

    public void Dispose() => unistd.close(PidFd);

    /// <summary>
    /// Our environment, as execve takes it; but to the service manager only we speak (sd_notify(3)): runtimes would wait for the
    /// container's readiness.
    /// </summary>
    public static string[] Environment()
    {
        // As the kernel has it: .NET's strings lose what is not UTF-8.
        string all = RegularFile.ReadText("/proc/self/environ") ?? "";
        return [
            .. all.Split('\0', StringSplitOptions.RemoveEmptyEntries)
                .Where(each => !each.StartsWith("NOTIFY_SOCKET=", StringComparison.Ordinal))];
    }
}
