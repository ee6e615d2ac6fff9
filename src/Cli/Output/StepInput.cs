using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Cli.Output;

/// <summary>Waits for Enter: on the caller's terminal when there is one, else on stdin, a byte at a time so that nothing of the command's is taken.</summary>
internal static unsafe class StepInput
{
    private static readonly int s_fd = fcntl.open("/dev/tty", fcntl.O_RDONLY | fcntl.O_NOCTTY | fcntl.O_CLOEXEC) is >= 0 and var tty ? tty : 0;

    // Blocked like all that minirun relays: nobody reads them while we wait here.
    private static readonly int s_signals = OpenSignals();

    public static void AwaitEnter()
    {
        byte key;
        do
        {
            AwaitKey();
            if (unistd.read(s_fd, &key, 1) != 1)
            {
                Console.Error.WriteLine();   // the question stands on its line yet
                throw new UserError("--step: the input ended before the last operation", "run it in a terminal, or give an Enter for each operation on stdin");
            }
        }
        while (key != '\n');
    }

    private static int OpenSignals()
    {
        ulong mask = signal.Bit(signal.SIGINT) | signal.Bit(signal.SIGTERM) | signal.Bit(signal.SIGHUP) | signal.Bit(signal.SIGQUIT);
        return (int)LinuxException.Check(sys_syscall.syscall(sys_syscall.SYS_signalfd4, -1, (nint)(&mask), sizeof(ulong), signal.SFD_CLOEXEC), "signalfd4");
    }

    /// <exception cref="UserError">A signal came instead: the exit status is the one it has in a shell.</exception>
    private static void AwaitKey()
    {
        pollfd* fds = stackalloc pollfd[2] { new() { fd = s_fd, events = poll.POLLIN }, new() { fd = s_signals, events = poll.POLLIN } };
        while (poll.poll_(fds, 2, -1) < 0) { }
        signalfd_siginfo info;
        if (fds[1].revents != 0 && unistd.read(s_signals, &info, sizeof(signalfd_siginfo)) == sizeof(signalfd_siginfo))
            throw new UserError("--step: ended by a signal", "nothing of the container is left", 128 + (int)info.ssi_signo);
    }
}
