using System.Runtime.InteropServices;
using Minirun.Engine.Life;
using Minirun.Linux;

namespace Minirun.Engine.Monitor;

/// <summary>
/// A process that holds the terminal of an exec that was detached from, and forgets what is written to it, until nobody has its other end.
/// </summary>
internal static unsafe class HeldTerminal
{
    /// <summary>The word behind the monitor's name.</summary>
    public const string Word = "terminal";

    private const int Size = 4096;

    public static int Run()
    {
        // It holds no container: a signal ends it.
        RelayedSignals.Unblock();
        var fd = new pollfd { fd = MonitorProcess.ReportFd, events = poll.POLLIN };
        byte* forgotten = stackalloc byte[Size];
        while (true)
        {
            poll.poll_(&fd, 1, -1);
            nint count = unistd.read(fd.fd, forgotten, Size);
            if (count == 0 || (count < 0 && Marshal.GetLastPInvokeError() is not (Errno.EINTR or Errno.EAGAIN))) return 0;
        }
    }
}
