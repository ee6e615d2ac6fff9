using System.Runtime.InteropServices;

namespace Minirun.Linux;

/// <summary>Functions and constants of &lt;poll.h&gt;.</summary>
public static unsafe partial class poll
{
    public const short POLLIN = 1;
    public const short POLLPRI = 2;
    public const short POLLOUT = 4;
    public const short POLLERR = 8;
    public const short POLLHUP = 16;
    public const short POLLRDHUP = 0x2000;

    /// <summary>Ours, because the poll of Tmds.LibC keeps no errno.</summary>
    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int poll_(pollfd* fds, nuint count, int milliseconds);
}

/// <summary>struct pollfd of &lt;poll.h&gt;.</summary>
public struct pollfd
{
    public int fd;
    public short events;
    public short revents;
}
