using Minirun.Linux;
using static Minirun.Linux.termios_;

namespace Minirun.Runtime.Lifecycle;

/// <summary>Our own terminal in raw mode: every key goes to the container, until this is disposed of. Nothing where stdin is no terminal.</summary>
public sealed unsafe class RawTerminal : IDisposable
{
    private termios _saved;

    /// <param name="keepsOutput">It goes on to make CR LF of a newline.</param>
    public RawTerminal(bool keepsOutput = false)
    {
        termios raw;
        if (ioctl(0, TCGETS, &raw) != 0) return;
        _saved = raw;
        raw.c_iflag &= ~(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
        if (!keepsOutput) raw.c_oflag &= ~OPOST;
        raw.c_lflag &= ~(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
        raw.c_cflag = raw.c_cflag & ~(CSIZE | PARENB) | CS8;
        raw.c_cc[VMIN] = 1;
        raw.c_cc[VTIME] = 0;
        IsRaw = ioctl(0, TCSETSW, &raw) == 0;
    }

    public bool IsRaw { get; private set; }

    public void Dispose()
    {
        if (!IsRaw) return;
        IsRaw = false;
        fixed (termios* saved = &_saved) ioctl(0, TCSETSW, saved);
    }
}
