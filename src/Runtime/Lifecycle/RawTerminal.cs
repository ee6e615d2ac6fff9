using Minirun.Linux;
using static Minirun.Linux.termios_;

namespace Minirun.Runtime.Lifecycle;

/// <summary>
/// Our own terminal in raw mode: every key goes to the container, until this is disposed of. Nothing where stdin is no terminal. In the
/// background (`minirun run … &amp;`) it stays as it is: it is the shell's then, and whoever changes or reads it is stopped (SIGTTOU,
/// SIGTTIN).
/// </summary>
public sealed unsafe class RawTerminal : IDisposable
{
    /// <summary>In the background, in ms: nothing tells a job that it is in the foreground now (fg), so it looks again.</summary>
    public const int LookAgain = 250;

    private readonly bool _keepsOutput;
    private termios _saved;

    /// <param name="keepsOutput">It goes on to make CR LF of a newline.</param>
    public RawTerminal(bool keepsOutput = false)
    {
        _keepsOutput = keepsOutput;
        fixed (termios* saved = &_saved) IsTerminal = ioctl(0, TCGETS, saved) == 0;
        Take();
    }

    /// <summary>stdin is a terminal.</summary>
    public bool IsTerminal { get; }

    public bool IsRaw { get; private set; }

    /// <summary>Whether stdin may be read: it is no terminal, not the one that controls us, or we are its foreground job.</summary>
    public static bool IsForeground()
    {
        int group;
        return ioctl(0, TIOCGPGRP, &group) != 0 || group == unistd.getpgrp();
    }

    /// <summary>Makes it raw if that has not been done. False in the background: then it is not ours to read either.</summary>
    public bool Take()
    {
        if (!IsTerminal) return true;
        if (!IsForeground()) return false;
        if (IsRaw) return true;
        termios raw = _saved;
        raw.c_iflag &= ~(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
        if (!_keepsOutput) raw.c_oflag &= ~OPOST;
        raw.c_lflag &= ~(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
        raw.c_cflag = raw.c_cflag & ~(CSIZE | PARENB) | CS8;
        raw.c_cc[VMIN] = 1;
        raw.c_cc[VTIME] = 0;
        IsRaw = ioctl(0, TCSETSW, &raw) == 0;
        return true;
    }

    /// <summary>We were stopped, and go on (SIGCONT): a shell has put it back meanwhile.</summary>
    public void Retake()
    {
        IsRaw = false;
        Take();
    }

    public void Dispose()
    {
        if (!IsRaw || !IsForeground()) return;
        IsRaw = false;
        fixed (termios* saved = &_saved) ioctl(0, TCSETSW, saved);
    }
}
