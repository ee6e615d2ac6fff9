using System.Runtime.InteropServices;
using Minirun.Linux;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.State;

/// <summary>The first process of a container, held by a pidfd: what is done to it is never done to another that got its pid.</summary>
public sealed unsafe class InitProcess : IDisposable
{
    private readonly int _fd;

    private InitProcess(int fd, int pid) => (_fd, Pid) = (fd, pid);

    public int Pid { get; }

    /// <summary>A pidfd; readable when the process has ended.</summary>
    public int Descriptor => _fd;

    /// <summary>Null when it has ended.</summary>
    public static InitProcess? Open(ContainerRecord record)
    {
        if (record.Pid <= 0) return null;
        nint fd = syscall(SYS_pidfd_open, record.Pid, 0);
        if (fd < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            return errno is Errno.ESRCH or Errno.EINVAL ? null : throw new LinuxException("pidfd_open", errno);
        }
        var process = new InitProcess((int)fd, record.Pid);
        // Asked with the descriptor in hand: from now on the pid cannot change hands unnoticed.
        if (ProcessIdentity.IsAlive(record.Pid, record.StartTime)) return process;
        process.Dispose();
        return null;
    }

    /// <summary>False when it has ended meanwhile.</summary>
    /// <exception cref="LinuxException">The signal may not be sent.</exception>
    public bool Signal(int number)
    {
        if (syscall(SYS_pidfd_send_signal, _fd, number, 0, 0) == 0) return true;
        int errno = Marshal.GetLastPInvokeError();
        return errno == Errno.ESRCH ? false : throw new LinuxException("pidfd_send_signal", errno);
    }

    /// <summary>Whether it ended within that time; below 0: any.</summary>
    public bool WaitForEnd(int milliseconds)
    {
        pollfd end = new() { fd = _fd, events = poll.POLLIN };
        long deadline = Environment.TickCount64 + milliseconds;
        while (true)
        {
            int left = milliseconds < 0 ? -1 : (int)Math.Max(0, deadline - Environment.TickCount64);
            int ready = poll.poll_(&end, 1, left);
            if (ready > 0) return true;
            if (ready == 0 || Marshal.GetLastPInvokeError() != Errno.EINTR) return false;
        }
    }

    public void Dispose() => unistd.close(_fd);
}
