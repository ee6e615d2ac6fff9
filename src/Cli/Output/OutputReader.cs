using Minirun.Linux;
using Minirun.Linux.Calls;

namespace Minirun.Cli.Output;

/// <summary>Whoever reads our stdout.</summary>
internal static class OutputReader
{
    /// <summary>
    /// From now on we end with it, as if SIGPIPE had ended us: without this a command that waits would notice only when it writes again.
    /// Not for commands that change anything.
    /// </summary>
    public static void EndWithIt() => new Thread(Watch) { IsBackground = true }.Start();

    private static void Watch()
    {
        // No event is asked for: poll(2) tells of a pipe without readers all the same, and of nothing else.
        var poller = new Poller();
        PollSource output = poller.Add(1, events: 0);
        poller.Wait(-1);
        if (output.HasHungUp) unistd._exit(128 + signal.SIGPIPE);
    }
}
