using System.Runtime.InteropServices;
using Minirun.Linux;
using static Minirun.Linux.termios_;
using winsize = Tmds.Linux.winsize;

namespace Minirun.Runtime.Lifecycle;

/// <summary>
/// Between the caller's terminal and the container's: bytes both ways, the window size, and raw mode, which is undone whatever happens.
/// </summary>
internal sealed unsafe class TerminalRelay : IDisposable
{
    /// <summary>How many entries <see cref="Prepare"/> fills.</summary>
    public const int Most = 3;

    private readonly int _master;
    private readonly bool _plainNewlines;
    private RawTerminal? _terminal;
    private readonly byte[] _buffer = new byte[16384];
    private readonly byte[] _typed = new byte[4096];
    private readonly Outlet _screen = new(1);
    private EndKey _end;
    private int _typedStart, _typedEnd, _shownStart, _shownEnd;
    private bool _inputEnded, _outputEnded, _readerIsGone, _told, _isInLine;

    /// <inheritdoc cref="Outlet.Trouble"/>
    public int Trouble => _screen.Trouble;

    public TerminalRelay(int master, bool plainNewlines)
    {
        _master = master;
        fcntl.fcntl_(master, fcntl.F_SETFL, fcntl.O_RDWR | fcntl.O_NONBLOCK);
        Resize();
        _plainNewlines = plainNewlines;
    }

    /// <summary>
    /// From now on all keys are the container's: whoever watched the operations, with keys and lines of their own, has seen the last.
    /// </summary>
    public void TakeOver() => _terminal ??= new RawTerminal(_plainNewlines);

    /// <summary>Gives the container's terminal the size of ours; the kernel sends SIGWINCH to those who use it.</summary>
    public void Resize()
    {
        winsize size;
        if (ioctl(1, TIOCGWINSZ, &size) == 0 || ioctl(0, TIOCGWINSZ, &size) == 0) ioctl(_master, TIOCSWINSZ, &size);
    }

    /// <summary>Whether it has to look again by itself (<see cref="RawTerminal.LookAgain"/>).</summary>
    public bool LooksAgain => !_inputEnded && _terminal is { IsTerminal: true } && !RawTerminal.IsForeground();

    /// <summary>We were stopped, and go on.</summary>
    public void Retake() => _terminal?.Retake();

    /// <summary>Says what to wait for; gives the number of entries filled.</summary>
    public int Prepare(Span<pollfd> fds)
    {
        bool pending = _typedStart < _typedEnd, reads = !_outputEnded && _terminal is not null && !Holds;
        short events = (short)((reads ? poll.POLLIN : 0) | (pending ? poll.POLLOUT : 0));
        fds[0] = new pollfd { fd = reads || pending ? _master : -1, events = events };
        fds[1] = new pollfd { fd = _inputEnded || pending || _terminal?.Take() != true ? -1 : 0, events = poll.POLLIN };
        fds[2] = new pollfd { fd = Holds ? _screen.Descriptor : -1, events = poll.POLLOUT };
        return Most;
    }

    /// <param name="fds">What <see cref="Prepare"/> filled.</param>
    /// <param name="signals">Hears of the signals that keys send.</param>
    /// <param name="started">The command runs.</param>
    public void Move(ReadOnlySpan<pollfd> fds, SignalRelay signals, bool started)
    {
        Show(fds);
        if (_readerIsGone && !_told) signals.Tell(signal.SIGPIPE);
        _told = _readerIsGone;
        if (fds[1].revents != 0) ReadInput();
        // Nobody has its other end: what is typed is for nobody.
        if ((fds[0].revents & poll.POLLHUP) != 0) _typedStart = _typedEnd;
        if (_typedStart < _typedEnd && WriteInput() is not 0 and var number)
            signals.Typed(number, SignalKeys.ForegroundGroup(_master), started);
    }

    /// <summary>What the container writes, as far as it is taken. Nothing more is read before that.</summary>
    public void Show(ReadOnlySpan<pollfd> fds)
    {
        if (fds[2].revents != 0) WriteOutput();
        if ((fds[0].revents & ~poll.POLLOUT) != 0 && !Holds && ReadOutput()) WriteOutput();
    }

    /// <summary>Before we say something ourselves: where the container is in the middle of a line, that line ends.</summary>
    public void EndLine()
    {
        if (!_isInLine) return;
        _isInLine = false;
        ReadOnlySpan<byte> end = "\r\n"u8;
        _screen.Write(end);
    }

    /// <summary>The container has ended: what its terminal still holds is shown, and nothing is waited for.</summary>
    /// <returns>False when all of it has been.</returns>
    public bool Drains()
    {
        (_inputEnded, _typedStart) = (true, _typedEnd);
        return Holds || (!_outputEnded && !_readerIsGone && ReadOutput());
    }

    public void Dispose()
    {
        _terminal?.Dispose();
        unistd.close(_master);
    }

    /// <summary>There is something that was read and not yet shown.</summary>
    private bool Holds => _shownStart < _shownEnd;

    /// <summary>False when there is nothing, or the end has come.</summary>
    private bool ReadOutput()
    {
        nint got;
        fixed (byte* buffer = _buffer) got = unistd.read(_master, buffer, _buffer.Length);
        if (got > 0)
        {
            _isInLine = _buffer[got - 1] != '\n';
            if (_inputEnded && _end.IsLost(_master)) TypeEnd();
            (_shownStart, _shownEnd) = (0, (int)got);
            return true;
        }
        // EIO: nobody has the container's side open any more.
        if (got == 0 || Marshal.GetLastPInvokeError() is not (Errno.EAGAIN or Errno.EINTR)) _outputEnded = true;
        return false;
    }

    private void WriteOutput()
    {
        int count = _screen.Write(_buffer.AsSpan(_shownStart, _shownEnd - _shownStart));
        if (count >= 0) _shownStart += count;
        // On a full disk there is nobody who takes it either.
        else (_readerIsGone, _shownStart) = (true, _shownEnd);
    }

    private void ReadInput()
    {
        fixed (byte* typed = _typed)
        {
            nint got = unistd.read(0, typed, _typed.Length);
            if (got < 0 && Marshal.GetLastPInvokeError() is Errno.EINTR or Errno.EAGAIN) return;
            _inputEnded = got <= 0;
            (_typedStart, _typedEnd) = (0, (int)got);
        }
        if (_inputEnded) TypeEnd();
    }

    private void TypeEnd() => (_typed[0], _typedStart, _typedEnd) = (EndKey.Code, 0, 1);

    /// <summary>Gives the signal that the last key of one sends; 0 for none.</summary>
    private int WriteInput()
    {
        var keys = new SignalKeys(_master);
        int start = _typedStart;
        fixed (byte* typed = _typed)
        {
            nint written = unistd.write(_master, typed + _typedStart, _typedEnd - _typedStart);
            if (written > 0)
            {
                _typedStart += (int)written;
                if (_inputEnded) _end.Typed(_master);
            }
            else if (Marshal.GetLastPInvokeError() is not (Errno.EAGAIN or Errno.EINTR)) _typedStart = start = _typedEnd;
        }
        return keys.Signal(_typed.AsSpan(start, _typedStart - start));
    }
}
