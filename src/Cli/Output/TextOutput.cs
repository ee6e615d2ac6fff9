using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime.Lifecycle;

namespace Minirun.Cli.Output;

/// <summary>stdout and stderr without .NET's Console, whose first use costs more than most verbs.</summary>
internal static class TextOutput
{
    /// <summary>A line to stdout.</summary>
    /// <exception cref="LinuxException">It cannot be written.</exception>
    public static void Line(string text) => Write(1, text + "\n");

    public static void Text(string text) => Write(1, text);

    /// <summary>A line to stderr; whether anybody listens or not.</summary>
    public static void Error(string text)
    {
        try
        {
            // While the container has our terminal it is raw: a line feed alone goes down, not back.
            string lines = IsRaw(2) ? text.Replace("\n", "\r\n", StringComparison.Ordinal) + "\r\n" : text + "\n";
            if (RelayedSignals.AreBlocked) WriteInTime(2, KernelText.Encode(lines));
            else Write(2, lines);
        }
        catch (LinuxException)
        {
            // The exit status still tells.
        }
    }

    private static bool IsRaw(int fd) => Terminal.TryGet(fd, out termios settings) && (settings.c_oflag & termios_.OPOST) == 0;

    /// <summary>
    /// Whoever has its signals blocked waits for no reader that takes nothing: not even a signal would end that.
    /// </summary>
    /// <returns>False when not all of it is written.</returns>
    public static bool WriteInTime(int fd, ReadOnlySpan<byte> left)
    {
        for (var outlet = new Outlet(fd); !left.IsEmpty;)
        {
            int taken = outlet.Write(left);
            if (taken < 0) return false;
            left = left[taken..];
            if (taken == 0 && !Poller.Await(fd, poll.POLLOUT, LastOutput.Patience)) return false;
        }
        return true;
    }

    /// <summary>To one of the two.</summary>
    /// <exception cref="LinuxException">It cannot be written.</exception>
    public static void Write(int fd, string text) => Io.WriteAll(fd, KernelText.Encode(text));
}
