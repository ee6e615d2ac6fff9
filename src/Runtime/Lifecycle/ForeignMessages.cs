using System.Runtime.InteropServices;
using Minirun.Linux;
using static Minirun.Linux.sys_socket;

namespace Minirun.Runtime.Lifecycle;

/// <summary>
/// The datagrams that a container sends to a socket of ours. A message may carry descriptors (SCM_RIGHTS); the kernel closes those that
/// nobody takes in the name of who receives, and closing may take as long as the sender likes (SO_LINGER, socket(7)). A thread of its own
/// does so, and hands on the words.
/// </summary>
public sealed unsafe class ForeignMessages : IDisposable
{
    private const int Moment = 200;   // ms
    private readonly int _socket, _from, _to;
    private readonly int _longest;
    private volatile bool _isMoving, _ends;

    /// <param name="socket">Of datagrams; taken over.</param>
    /// <param name="longest">Bytes of a message. A longer one is dropped, and so is an empty one.</param>
    public ForeignMessages(int socket, int longest)
    {
        int* pair = stackalloc int[2];
        LinuxException.Check(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), "socketpair");
        (_socket, _longest, _from, _to) = (socket, longest, pair[0], pair[1]);
        new Thread(Move) { IsBackground = true }.Start();
    }

    /// <summary>Readable when there is a message.</summary>
    public int Fd => _from;

    /// <summary>A message's length; below 0: there is none.</summary>
    public nint Receive(Span<byte> message)
    {
        fixed (byte* start = message) return recv(_from, start, message.Length, MSG_DONTWAIT);
    }

    /// <summary>Waits until all that was sent so far can be received, or a moment, if the kernel is busy with a descriptor.</summary>
    public void Settle()
    {
        // In this order: it moves before it takes.
        for (long end = Environment.TickCount64 + Moment; (IsReadable() || _isMoving) && Environment.TickCount64 < end;)
            poll.poll_(null, 0, 1);
    }

    public void Dispose()
    {
        _ends = true;
        shutdown(_socket, SHUT_RDWR);
        unistd.close(_from);
    }

    private bool IsReadable()
    {
        var wait = new pollfd { fd = _socket, events = poll.POLLIN };
        return poll.poll_(&wait, 1, 0) > 0;
    }

    private void Move()
    {
        byte* message = stackalloc byte[_longest];
        while (!_ends)
        {
            var wait = new pollfd { fd = _socket, events = poll.POLLIN };
            if (poll.poll_(&wait, 1, -1) < 0) continue;
            _isMoving = true;
            nint length = recv(_socket, message, _longest, MSG_DONTWAIT | MSG_TRUNC);
            if (length > 0 && length <= _longest && !Pass(message, length)) break;
            _isMoving = false;
        }
        _isMoving = false;
        unistd.close(_socket);
        unistd.close(_to);
    }

    /// <summary>Waits for room: who says too much waits, too. False: nobody hears it any more.</summary>
    private bool Pass(byte* message, nint length)
    {
        while (send(_to, message, length, MSG_NOSIGNAL) < 0)
            if (Marshal.GetLastPInvokeError() != Errno.EINTR) return false;
        return true;
    }
}
