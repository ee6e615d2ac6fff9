using System.Runtime.InteropServices;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Linux.Calls;

/// <summary>A process held by a descriptor (pidfd_open(2)): what is done to it is never done to another that got its pid.</summary>
public sealed class Pidfd : IDisposable
{
    private readonly Fd _fd;

    private Pidfd(int fd) => _fd = new Fd(fd);

    /// <summary>Readable when the process has ended.</summary>
    public int Descriptor => _fd;

    /// <summary>Null when no process has this pid.</summary>
    /// <param name="pid">Its pid. Whether it is still the process that was meant is to be asked afterwards.</param>
    /// <exception cref="LinuxException">There is no descriptor left.</exception>
    public static Pidfd? TryOpen(int pid)
    {
        // pidfd_open(2) has EINVAL for a pid that is none, and the kernel before 6.9 for one that leads no thread group.
        if (pid <= 0) return null;
        nint fd = syscall(SYS_pidfd_open, pid, 0);
        if (fd >= 0) return new Pidfd((int)fd);
        int errno = Marshal.GetLastPInvokeError();
        return errno is Errno.ESRCH or Errno.EINVAL ? null : throw new LinuxException("pidfd_open", errno);
    }

    /// <summary>The same of a process that has to be there, as a child that nobody else waits for is.</summary>
    public static Pidfd Open(int pid) => TryOpen(pid) ?? throw new LinuxException("pidfd_open", Errno.ESRCH);

    /// <summary>Owns a pidfd that clone3(2) or a message gave.</summary>
    public static Pidfd Own(int fd) => new(fd);

    /// <summary>False when it has ended meanwhile.</summary>
    /// <exception cref="LinuxException">The signal may not be sent.</exception>
    public bool Signal(int number) => Send(_fd, number) switch
    {
        0 => true,
        Errno.ESRCH => false,
        var errno => throw new LinuxException("pidfd_send_signal", errno),
    };

    /// <summary>SIGKILL, as far as we may: who asks for it looks afterwards whether it has ended.</summary>
    public void Kill() => Send(_fd, signal.SIGKILL);

    /// <summary>pidfd_send_signal(2): 0, or errno.</summary>
    public static int Send(int fd, int number) =>
        syscall(SYS_pidfd_send_signal, fd, number, 0, 0) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>Whether it has ended within that time, in ms; below 0: any.</summary>
    public bool WaitForEnd(int milliseconds) => Poller.Await(_fd, poll.POLLIN, milliseconds);

    public void Dispose() => _fd.Dispose();
}
