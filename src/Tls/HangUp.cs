using Minirun.Linux;
using Minirun.Linux.Calls;

namespace Minirun.Tls;

/// <summary>Whoever started us may go while we wait for the other side, which may never answer: then we go as well.</summary>
internal static class HangUp
{
    private const int Grace = 1000;   // ms, for what is still to be sent and the goodbye

    public static void Watch() => new Thread(Wait) { IsBackground = true }.Start();

    private static void Wait()
    {
        Poller.Await(0, poll.POLLRDHUP, -1);
        Poller.Pause(Grace);
        unistd._exit(1);
    }
}
