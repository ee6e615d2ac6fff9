using Minirun.Engine.Life;
using Minirun.Linux;
using Minirun.Linux.Calls;

namespace Minirun.Engine.Monitor;

/// <summary>
/// A process that holds the terminal of an exec that was detached from, and forgets what is written to it, until nobody has its other end.
/// </summary>
internal static class HeldTerminal
{
    /// <summary>The word behind the monitor's name.</summary>
    public const string Word = "terminal";

    private const int Size = 4096;

    public static int Run()
    {
        // It holds no container: a signal ends it.
        RelayedSignals.Unblock();
        Span<byte> forgotten = stackalloc byte[Size];
        while (true)
        {
            Poller.Await(MonitorProcess.ReportFd, poll.POLLIN, -1);
            int count = Io.Read(MonitorProcess.ReportFd, forgotten);
            if (count == 0 || (count < 0 && !Io.IsEmpty)) return 0;
        }
    }
}
