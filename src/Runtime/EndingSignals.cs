using System.Numerics;
using Minirun.Linux;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime;

/// <summary>
/// Signals that would end us, were they not blocked for the command that they are passed on to (<see cref="RelayedSignals"/>). Whoever
/// waits for something of others' before there is a command waits for these as well.
/// </summary>
public static unsafe class EndingSignals
{
    private const int Round = 5;   // ms

    /// <summary>Waits until a descriptor can be read. Whatever signal comes is left to be read by others.</summary>
    /// <param name="fd">The descriptor.</param>
    /// <param name="patience">How long it has after a signal, in ms.</param>
    /// <returns>0; or the number of a signal that came before.</returns>
    public static int Await(int fd, int patience)
    {
        ulong mask = Mask();
        int signals = RelayedSignals.Open(mask);
        pollfd* fds = stackalloc pollfd[2];
        fds[0] = new pollfd { fd = fd, events = poll.POLLIN };
        fds[1] = new pollfd { fd = signals, events = poll.POLLIN };
        while (poll.poll_(fds, 2, -1) < 0) { }
        if (fds[0].revents == 0) poll.poll_(fds, 1, patience);
        if (signals >= 0) unistd.close(signals);
        return fds[0].revents == 0 ? Pending(mask) : 0;
    }

    /// <summary>The same for what only others can give: a file that is named on the command line, a lock.</summary>
    /// <param name="fd">Below 0: it cannot be waited for, and is to be tried again.</param>
    /// <param name="what">What it is.</param>
    /// <exception cref="UserError">A signal came before.</exception>
    public static void AwaitForeign(int fd, string what)
    {
        if (fd < 0) poll.poll_(null, 0, Round);
        int number = fd < 0 ? Pending(Mask()) : Await(fd, patience: 0);
        if (number == 0) return;
        throw new UserError($"{SignalName.Of(number)} came before the command was started", $"what was waited for: {what}", 128 + number);
    }

    private static ulong Mask()
    {
        // SIGPIPE is of what we wrote ourselves.
        ulong mask = RelayedSignals.Mask & ~signal.Bit(signal.SIGPIPE);
        for (int number = 1; number <= 64; number++)
            if (!DroppedSignal.Ends(number)) mask &= ~signal.Bit(number);
        return mask;
    }

    private static int Pending(ulong mask)
    {
        ulong pending = 0;
        syscall(SYS_rt_sigpending, (nint)(&pending), sizeof(ulong), 0);
        return (pending & mask) == 0 ? 0 : BitOperations.TrailingZeroCount(pending & mask) + 1;
    }
}
