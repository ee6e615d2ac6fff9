using Minirun.Linux;
using Minirun.Runtime.Launch;

namespace Minirun.Runtime.Lifecycle;

/// <summary>
/// What a command has written before its end waits for whoever reads it, however slow that is. But a signal that was to end the command,
/// and --timeout, are to end us, too: then a reader that takes nothing for so long is waited for no more.
/// </summary>
public static class LastOutput
{
    /// <summary>In ms.</summary>
    public const int Patience = 2000;

    /// <summary>For poll(2).</summary>
    /// <param name="isAsked">There was such a signal, or the time is over.</param>
    public static int Wait(bool isAsked) => isAsked ? Patience : -1;

    /// <summary>
    /// The command thinks that all is written, and is wrong: its success is none. Or it was told, as by a pipe that nobody reads.
    /// </summary>
    /// <param name="status">Its exit status.</param>
    /// <param name="trouble">Why what it wrote could not be passed on (errno); 0: it could.</param>
    /// <exception cref="UserError">It has succeeded otherwise.</exception>
    public static int Check(int status, int trouble)
    {
        if (trouble == 0 || status is not (0 or 128 + signal.SIGPIPE)) return status;
        string hint = ResourceHints.For(new LinuxException("write", trouble)) ?? "what is stdout, or stderr, and can it be written?";
        throw new UserError($"cannot write the command's output: {Errno.Describe(trouble)}", hint);
    }
}
