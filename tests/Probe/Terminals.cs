using System.Runtime.InteropServices;
using Minirun.Linux;
using winsize = Tmds.Linux.winsize;

namespace Minirun.Probe;

internal static unsafe class Terminals
{
    public static int Describe()
    {
        for (int fd = 0; fd <= 2; fd++)
        {
            winsize size;
            bool sized = termios_.ioctl(fd, termios_.TIOCGWINSZ, &size) == 0;
            Out.Line(
                $"{fd}: {(unistd.isatty(fd) == 1 ? "tty" : "no tty")} {Facts.Link("/proc/self/fd/" + fd)}{(sized ? $" "
                    + $"{size.ws_row}x{size.ws_col}" : "")}");
        }
        int tty = fcntl.open("/dev/tty", fcntl.O_RDWR | fcntl.O_NOCTTY | fcntl.O_CLOEXEC);
        Out.Line("/dev/tty: " + (tty >= 0 ? "opens" : Errno.Name(Marshal.GetLastPInvokeError())));
        return 0;
    }

    /// <summary>
    /// Tries to type into each terminal in reach, also by requests whose upper half the kernel ignores and a filter may not
    /// (CVE-2019-10063).
    /// </summary>
    public static int PushInput()
    {
        int tty = fcntl.open("/dev/tty", fcntl.O_RDWR | fcntl.O_NOCTTY | fcntl.O_CLOEXEC);
        if (tty < 0) Out.Line($"/dev/tty open {Errno.Name(Marshal.GetLastPInvokeError())}");
        byte letter = (byte)'#';
        byte* paste = stackalloc byte[] { 3, 0, 0, 0 };
        foreach (int fd in (int[])[0, 1, 2, tty])
        {
            if (fd < 0) continue;
            string name = fd == tty ? "/dev/tty" : fd.ToString();
            foreach (long upper in (long[])[0, 0x1_0000_0000])
            {
                Try(name, upper == 0 ? "TIOCSTI" : "TIOCSTI+2^32", fd, termios_.TIOCSTI + upper, &letter);
                Try(name, upper == 0 ? "TIOCLINUX" : "TIOCLINUX+2^32", fd, termios_.TIOCLINUX + upper, paste);
            }
        }
        return 0;
    }

    // Straight to the kernel: a C library may cut the request to 32 bits.
    private static void Try(string name, string call, int fd, long request, byte* argument)
    {
        nint result = sys_syscall.syscall(sys_syscall.SYS_ioctl, fd, (nint)request, (nint)argument);
        Out.Line($"{name} {call} {(result >= 0 ? "done" : Errno.Name(Marshal.GetLastPInvokeError()))}");
    }
}
