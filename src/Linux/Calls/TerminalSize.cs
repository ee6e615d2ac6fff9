using winsize = Tmds.Linux.winsize;
using static Minirun.Linux.termios_;

namespace Minirun.Linux.Calls;

/// <summary>How large our terminal is (TIOCGWINSZ, ioctl_tty(2)).</summary>
public static unsafe class TerminalSize
{
    /// <summary>Of the first of these descriptors that is a terminal; null: none is.</summary>
    public static (ushort Rows, ushort Columns)? Read(params ReadOnlySpan<int> descriptors)
    {
        winsize size;
        foreach (int fd in descriptors)
            if (ioctl(fd, TIOCGWINSZ, &size) == 0) return (size.ws_row, size.ws_col);
        return null;
    }
}
