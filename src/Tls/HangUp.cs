using Minirun.Linux;

namespace Minirun.Tls;

/// <summary>Whoever started us may go while we wait for the other side, which may never answer: then we go as well.</summary>
internal static class HangUp
{
    private const int Grace = 1000;   // ms, for what is still to be sent and the goodbye

    public static void Watch() => new Thread(Wait) { IsBackground = true }.Start();

    private static unsafe void Wait()
    {
        pollfd end = new() { fd = 0, events = poll.POLLRDHUP };
        while (poll.poll_(&end, 1, -1) <= 0) { }
        poll.poll_(null, 0, Grace);
        unistd._exit(1);
    }
}
