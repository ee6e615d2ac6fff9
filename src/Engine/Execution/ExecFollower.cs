using System.Globalization;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.Launch;
using Minirun.Runtime.Lifecycle;

namespace Minirun.Engine.Execution;

/// <summary>Waits for a runtime that executes a command in a container, and passes on to it what comes for the command.</summary>
internal static class ExecFollower
{
    // SI_KERNEL: a key or the end of a terminal, which all of its foreground group got (sigaction(2)).
    private const int FromKernel = 0x80;

    /// <summary>Gives the exit status as a shell has it.</summary>
    /// <param name="child">The runtime.</param>
    /// <param name="streams">What it has in the place of our stdin, stdout and stderr; null: those.</param>
    /// <param name="isLeft">
    /// It only starts the command, which somebody minds after it: a signal that came meanwhile, too late for the start, is there for him.
    /// </param>
    public static int Wait(ChildProgram child, StreamRelay? streams, bool isLeft)
    {
        using var signals = new SignalFd();
        Span<pollfd> fds = stackalloc pollfd[2 + StreamRelay.Most];
        bool ended = false;
        int asked = 0;
        while (!ended || streams?.Drains() == true)
        {
            fds[0] = new pollfd { fd = ended ? -1 : child.PidFd, events = poll.POLLIN };
            fds[1] = new pollfd { fd = signals.Descriptor, events = poll.POLLIN };
            int count = 2 + (streams?.Prepare(fds[2..], reads: !ended) ?? 0);
            int patience = streams is { LooksAgain: true } ? RawTerminal.LookAgain : LastOutput.Wait(streams is not null && asked != 0);
            int ready = Poller.Await(fds[..count], patience);
            // A runtime that copies the output itself does not end before it is taken. Without a child it does nothing else.
            if (ready == 0 && asked != 0 && (ended || !HasChild(child.Pid))) break;
            if (ready == 0) continue;
            streams?.Move(fds[2..count]);
            // Once it has ended, only a reader is waited for that does not take what it wrote.
            int asks = fds[1].revents == 0 ? 0 : Relay(signals, child.PidFd);
            if (asks != 0 && ended) break;
            if (asks != 0) asked = asks;
            ended |= fds[0].revents != 0;
        }
        streams?.Dispose();
        int status = LastOutput.Check(child.Wait(), streams?.Trouble ?? 0);
        if (isLeft && status == 0 && asked != 0) _ = signal.kill(unistd.getpid(), asked);
        return status;
    }

    private static bool HasChild(int pid)
    {
        try
        {
            return ProcFile.Children("/proc/" + pid.ToString(CultureInfo.InvariantCulture)).Count > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>One that came and is meant to end; 0: none.</summary>
    private static int Relay(SignalFd signals, int pidfd)
    {
        int ends = 0;
        while (signals.TryRead(out signalfd_siginfo info))
        {
            if (info.ssi_code != FromKernel && info.ssi_signo is not (signal.SIGCHLD or signal.SIGWINCH))
                Pidfd.Send(pidfd, (int)info.ssi_signo);
            if (DroppedSignal.Ends((int)info.ssi_signo)) ends = (int)info.ssi_signo;
        }
        return ends;
    }
}
