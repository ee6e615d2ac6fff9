using System.Runtime.InteropServices;
using Minirun.Linux;

namespace Minirun.Runtime.Lifecycle;

/// <summary>Bytes from one descriptor to another. It never blocks where the other side is slow: then nothing more is read.</summary>
/// <param name="from">Where they come from.</param>
/// <param name="to">Where they go.</param>
/// <param name="ours">The one of the two that is closed at the end of the other.</param>
/// <param name="room">How many at a time.</param>
internal sealed unsafe class BytePump(int from, int to, int ours, int room)
{
    private readonly byte[] _buffer = new byte[room];
    private readonly Outlet _sink = new(to);
    private int _start, _end;
    private int? _left;

    /// <summary>One of the two sides is gone.</summary>
    public bool IsOver { get; private set; }

    /// <summary>There is something that was read and not yet written.</summary>
    public bool Holds => _start < _end;

    /// <summary>How much that is.</summary>
    public int Held => _end - _start;

    /// <inheritdoc cref="Outlet.Trouble"/>
    public int Trouble => _sink.Trouble;

    /// <summary>Fills two entries.</summary>
    public void Prepare(Span<pollfd> fds, bool reads)
    {
        fds[0] = new pollfd { fd = IsOver || Holds || !reads ? -1 : from, events = poll.POLLIN };
        // Without an event poll(2) still tells that a pipe has no reader any more: then we do not read for nobody.
        fds[1] = new pollfd { fd = IsOver || (!Holds && to != ours) ? -1 : to, events = (short)(Holds ? poll.POLLOUT : 0) };
    }

    public void Move(pollfd source, pollfd sink)
    {
        if (IsOver) return;
        if (!Holds && (sink.revents & poll.POLLERR) != 0) End();
        else if (Holds && sink.revents != 0) Empty();
        if (!IsOver && !Holds && source.revents != 0) Fill();
    }

    /// <summary>
    /// The command has ended: what it has written is passed on, and no more. Others that it leaves behind may go on writing for ever.
    /// </summary>
    /// <returns>False when that has been done.</returns>
    public bool Drains()
    {
        if (IsOver) return false;
        int waiting;
        _left ??= termios_.ioctl(from, termios_.FIONREAD, &waiting) == 0 ? waiting : 0;
        if (Holds || Fill()) return true;
        End();
        return false;
    }

    /// <summary>Reads, if there is anything. False when there is not, or the end has come.</summary>
    private bool Fill()
    {
        if (_left == 0) return false;
        nint got;
        fixed (byte* buffer = _buffer) got = unistd.read(from, buffer, Math.Min(_buffer.Length, _left ?? int.MaxValue));
        if (got > 0)
        {
            (_start, _end) = (0, (int)got);
            _left -= (int)got;
            return true;
        }
        // EIO: a terminal that has hung up.
        if (got == 0 || Marshal.GetLastPInvokeError() is not (Errno.EAGAIN or Errno.EINTR)) End();
        return false;
    }

    public void End()
    {
        if (!IsOver) unistd.close(ours);
        IsOver = true;
        _start = _end = 0;
    }

    private void Empty()
    {
        int count = _sink.Write(_buffer.AsSpan(_start, _end - _start));
        if (count >= 0)
        {
            _start += count;
            return;
        }
        // Who read it is gone: the writer is told by its own pipe, as if it had the caller's.
        End();
    }
}
