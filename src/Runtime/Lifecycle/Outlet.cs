using System.Runtime.InteropServices;
using Minirun.Linux;
using static Minirun.Linux.sys_socket;
using static Minirun.Linux.sys_stat;

namespace Minirun.Runtime.Lifecycle;

/// <summary>
/// A descriptor of the caller's that is written to and never waited for: whoever waits there for a slow reader hears no signal and no key.
/// O_NONBLOCK is not for us to set, as everybody who shares the descriptor (a shell, a program beside us in a pipeline) would have it, too.
/// </summary>
public sealed unsafe class Outlet(int fd)
{
    // A pipe that poll(2) calls writable takes so many without blocking (pipe(7), PIPE_BUF).
    private const int PipeRoom = 4096;

    // A pseudo terminal has room for no less than 256 bytes then (drivers/tty/tty_buffer.c), and may make two of a newline.
    private const int TerminalRoom = 128;

    private const int Unknown = 0, Socket = -1;
    private int _room = Unknown;

    public int Descriptor => fd;

    /// <summary>Why it could not be written, where somebody was there to read it: a full disk (errno); 0: it could.</summary>
    public int Trouble { get; private set; }

    /// <summary>Writes what is taken now.</summary>
    /// <returns>How much that is; 0: nothing, poll(2) tells when; below 0: nobody reads it any more, or it cannot be written.</returns>
    public int Write(ReadOnlySpan<byte> data)
    {
        if (_room == Unknown) _room = Room();
        int done = 0;
        fixed (byte* start = data)
            while (done < data.Length)
            {
                nint count = _room == Socket
                    ? send(fd, start + done, data.Length - done, MSG_DONTWAIT | MSG_NOSIGNAL)
                    : TakesMore() ? unistd.write(fd, start + done, Math.Min(data.Length - done, _room)) : 0;
                if (count > 0) done += (int)count;
                else if (count == 0 || Marshal.GetLastPInvokeError() is Errno.EAGAIN or Errno.EINTR) break;
                else if (done > 0) break;
                else
                {
                    if (Marshal.GetLastPInvokeError() is not Errno.EPIPE and var errno) Trouble = errno;
                    return -1;
                }
            }
        return done;
    }

    private bool TakesMore()
    {
        var wait = new pollfd { fd = fd, events = poll.POLLOUT };
        return poll.poll_(&wait, 1, 0) > 0;
    }

    private int Room()
    {
        statx file;
        bool known = statx_(fd, "", fcntl.AT_EMPTY_PATH, STATX_BASIC_STATS, &file) == 0;
        return (known ? file.stx_mode & S_IFMT : 0) switch
        {
            S_IFSOCK => Socket,
            S_IFREG or S_IFBLK => int.MaxValue,
            S_IFCHR when unistd.isatty(fd) == 1 => TerminalRoom,
            _ => PipeRoom,
        };
    }
}
