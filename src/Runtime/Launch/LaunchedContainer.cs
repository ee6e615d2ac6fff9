using System.Runtime.InteropServices;
using Minirun.Linux;

namespace Minirun.Runtime.Launch;

/// <summary>A child on its way to be, or that is, the container's first process.</summary>
public sealed unsafe class LaunchedContainer(int pid, int pidFd, int reportFd, IDisposable memory)
{
    private const int Patience = 10_000;   // ms
    private bool _collected, _isLeft;

    public int Pid { get; } = pid;

    /// <summary>Readable when the child has ended (pidfd_open(2)).</summary>
    public int PidFd { get; } = pidFd;

    /// <summary>Our end of the report socket; it ends when the command has been executed.</summary>
    public int ReportFd { get; } = reportFd;

    /// <summary>Kills the child, if it lives, and collects it, if nobody did. One that the kernel keeps is left behind.</summary>
    /// <returns>False when it has not ended.</returns>
    public bool Abandon(int patience = Patience)
    {
        if (_collected || _isLeft) return _collected;
        Signal(signal.SIGKILL);
        var end = new pollfd { fd = PidFd, events = poll.POLLIN };
        _isLeft = poll.poll_(&end, 1, patience) == 0;
        if (!_isLeft) Collect();
        return _collected;
    }

    /// <summary>Waits for the child's end; gives its wait(2) status.</summary>
    public int Collect()
    {
        int status = Wait(Pid);
        _collected = true;
        memory.Dispose();
        unistd.close(PidFd);
        unistd.close(ReportFd);
        return status;
    }

    public void Signal(int number) => sys_syscall.syscall(sys_syscall.SYS_pidfd_send_signal, PidFd, number, 0, 0);

    /// <summary>Waits for a child of ours; gives its wait(2) status.</summary>
    public static int Wait(int pid)
    {
        return Wait(pid, out _);
    }

    /// <param name="pid">A child of ours.</param>
    /// <param name="memory">The most that it, or one of those that it waited for, had resident at a time, in bytes.</param>
    public static int Wait(int pid, out long memory)
    {
        int status;
        rusage used;
        while (unistd.wait4(pid, &status, 0, &used) < 0)
            if (Marshal.GetLastPInvokeError() != Errno.EINTR) throw new LinuxException("wait4", Marshal.GetLastPInvokeError());
        memory = used.ru_maxrss * 1024;
        return status;
    }
}
