using static Minirun.Linux.termios_;

namespace Minirun.Linux.Calls;

/// <summary>Settings of a terminal (ioctl_tty(2)). Each gives false where the descriptor is none.</summary>
public static unsafe class Terminal
{
    /// <summary>How many rows and columns it has.</summary>
    public static bool TryGetSize(int fd, out ushort rows, out ushort columns)
    {
        Tmds.Linux.winsize size;
        bool known = ioctl(fd, TIOCGWINSZ, &size) == 0;
        (rows, columns) = known ? (size.ws_row, size.ws_col) : default;
        return known;
    }

    /// <summary>The foreground job is told of a new size (SIGWINCH).</summary>
    public static bool SetSize(int fd, ushort rows, ushort columns)
    {
        Tmds.Linux.winsize size = new() { ws_row = rows, ws_col = columns };
        return ioctl(fd, TIOCSWINSZ, &size) == 0;
    }

    public static bool TryGet(int fd, out termios settings)
    {
        fixed (termios* place = &settings) return ioctl(fd, TCGETS, place) == 0;
    }

    /// <summary>When what was written has gone out (TCSETSW).</summary>
    public static bool Set(int fd, in termios settings)
    {
        fixed (termios* place = &settings) return ioctl(fd, TCSETSW, place) == 0;
    }

    /// <summary>The process group in its foreground.</summary>
    public static bool TryGetForeground(int fd, out int group)
    {
        fixed (int* place = &group) return ioctl(fd, TIOCGPGRP, place) == 0;
    }

    public static bool SetForeground(int fd, int group) => ioctl(fd, TIOCSPGRP, &group) == 0;
}
