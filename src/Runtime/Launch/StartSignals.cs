using Minirun.Linux;

namespace Minirun.Runtime.Launch;

/// <summary>
/// Signals while a start is not over. There is no command yet that they could be for, and what the start waits for may never come: a FUSE
/// server of the container's own that does not answer, memory that is full, a frozen cgroup. So they end us, and the child is killed, which
/// may have to wait for the same.
/// </summary>
public static class StartSignals
{
    /// <summary>How long a start may go on after the signal, and a killed child until its end, in ms.</summary>
    public const int Patience = 1000;

    /// <summary>Waits until a descriptor can be read. Whatever signal comes is left to be read by others.</summary>
    /// <returns>0; or the number of a signal that came before, and is meant to end us.</returns>
    public static int Await(int fd) => EndingSignals.Await(fd, Patience);

    /// <summary>What is said then; the exit status is that of a program which the signal has ended.</summary>
    /// <param name="number">The signal.</param>
    /// <param name="pid">A child that was killed.</param>
    /// <param name="ended">It has ended.</param>
    public static UserError GivenUp(int number, int pid, bool ended) => GivenUp(number, ended ? [] : [pid]);

    /// <param name="number">The signal.</param>
    /// <param name="left">What was killed and does not end.</param>
    public static UserError GivenUp(int number, List<int> left)
    {
        string text = $"{SignalName.Of(number)} came before the command was started";
        if (left.Count == 0)
            return new UserError(text, "the start did not end in the second after it: what does it wait for?", 128 + number);
        (string why, string hint) = StuckProcess.Explain(left);
        return new UserError($"{text}: {why}", hint, 128 + number);
    }
}
