using Minirun.Linux;
using Minirun.Runtime.Scripts;

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
        int status = ExitStatus.Wait(Pid);
        _collected = true;
        memory.Dispose();
        unistd.close(PidFd);
        unistd.close(ReportFd);
        return status;
    }

    public void Signal(int number) => sys_syscall.syscall(sys_syscall.SYS_pidfd_send_signal, PidFd, number, 0, 0);
}
