using System.Globalization;
using System.Runtime.InteropServices;
using Minirun.Cli.Tests.Support;

namespace Minirun.Cli.Tests.Ways;

/// <summary>What a caller gives, and what is held of it.</summary>
internal sealed partial record Fact
{
    private const int AF_UNIX = 1, SOCK_STREAM = 1;

    /// <summary>Who waits for the end of its output, as `| cat` does, waits for all who hold it.</summary>
    private static string Killed(Way way)
    {
        using var trial = new Trial(way);
        string seconds = Seconds();
        using RunningProgram running = trial.Start([], "sleep", seconds);
        if (!Deadline.Wait(() => Programs.Running("sleep", seconds))) return "not begun: " + running.OutSoFar + running.ErrorSoFar;
        running.Signal(Kernel.SIGKILL);
        if (!running.IsReleased(TimeSpan.FromSeconds(10))) return "holds its output";
        try
        {
            running.Input.BaseStream.Write(new byte[1]);
            return "holds its input";
        }
        catch (IOException)
        {
            return "holds nothing";
        }
    }

    private static string Redirected(Way way, string redirected)
    {
        using var trial = new Trial(way) { Redirected = redirected };
        return trial.Run([], "cat").ExitCode.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Its children have it, too: it is not closed on execve.</summary>
    private static string Listening(Way way)
    {
        int listener = socket(AF_UNIX, SOCK_STREAM, 0);
        // A name that the kernel chooses (unix(7), autobind).
        ushort family = AF_UNIX;
        bool listens = bind(listener, ref family, sizeof(ushort)) == 0 && listen(listener, 1) == 0;
        try
        {
            return listens ? Redirected(way, $"0<&{listener} {listener}<&-") : "no socket";
        }
        finally
        {
            close(listener);
        }
    }

    [LibraryImport("libc")] private static partial int socket(int domain, int type, int protocol);
    [LibraryImport("libc")] private static partial int bind(int fd, ref ushort address, int length);
    [LibraryImport("libc")] private static partial int listen(int fd, int backlog);
    [LibraryImport("libc")] private static partial int close(int fd);
}
