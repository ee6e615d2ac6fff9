using System.Text;
using Minirun.Cli.Output;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.Lifecycle;

namespace Minirun.Cli.Oci;

/// <summary>
/// Messages in runc's two shapes. With --log they go to that file, which the shims of containerd and podman read back, and an error is said
/// on stderr as well.
/// </summary>
internal sealed class OciLog(OciGlobals globals)
{
    /// <summary>Held open: a reader of a fifo would take a close for the end.</summary>
    private Fd _fd = Fd.None;

    /// <summary>
    /// The file is there before anything is done: an engine that finds none in the end would not know what went wrong (runc's way, and
    /// crun's). As with them a fifo waits for its reader; but a signal ends that wait, also where signals are kept for a command.
    /// </summary>
    /// <exception cref="UserError">It cannot be opened; messages go to stderr from here on.</exception>
    public void Open()
    {
        if (globals.Log is not { } path) return;
        int errno;
        while (!(_fd = TryOpen(path)).IsOpen)
        {
            errno = Io.Error;
            if (!IsToCome(path, errno))
            {
                globals.Log = null;
                throw new UserError($"--log: open {path}: {Errno.Describe(errno)}", "its directory has to be there, and yours to write in");
            }
            EndingSignals.AwaitForeign(-1, $"somebody who reads the fifo of --log, or lets it go: {path}");
        }
    }

    public void Error(string message, string? hint)
    {
        Write("error", message, hint);
        if (globals.Log is null || globals.Quiet) return;
        foreach (string each in message.Split('\n')) Message.Say("", SafeText.Of(each));
        if (hint is not null && globals.LogFormat == "text") Message.Say("hint: ", SafeText.Lines(hint));
    }

    public void Warning(string message) => Write("warning", message);

    public void Debug(string message) => Write("debug", message);

    private void Write(string level, string message, string? hint = null)
    {
        // UTC: the zone's rules are a file that a container runtime has no business to read.
        string time = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ");
        string line = globals.LogFormat == "json"
            ? $"{{\"level\":\"{level}\",\"msg\":{Quote(message)}{(hint is null ? "" : $",\"hint\":{Quote(hint)}")},\"time\":\"{time}\"}}"
            : $"time=\"{time}\" level={level} msg={Quote(message)}{(hint is null ? "" : $" hint={Quote(hint)}")}";
        if (globals.Log is null || !Append(globals.Log, line)) TextOutput.Error(line);
    }

    private bool Append(string path, string line)
    {
        if (!_fd.IsOpen) _fd = TryOpen(path);
        if (!_fd.IsOpen)
        {
            TextOutput.Error($"{SafeText.Line(path)}: {Errno.Describe(Io.Error)}");
            return false;
        }
        // One write to a file, which several runtimes may share. Of a fifo nobody waits for a reader that takes nothing.
        return TextOutput.WriteInTime(_fd, Encoding.UTF8.GetBytes(line + "\n"));
    }

    /// <summary>It does not block: open(2) would, in a fifo without a reader and in what somebody has a lease of.</summary>
    private static Fd TryOpen(string path) =>
        Fd.TryOpen(path, fcntl.O_WRONLY | fcntl.O_CREAT | fcntl.O_APPEND | fcntl.O_NONBLOCK, 0x1a4 /* 0644 */);

    /// <summary>A socket has no reader to come, though open(2) says the same of it.</summary>
    private static bool IsToCome(string path, int errno) => errno == Errno.EAGAIN
        || (errno == Errno.ENXIO && FileStatus.TryRead(path, out statx file) && (file.stx_mode & sys_stat.S_IFMT) == sys_stat.S_IFIFO);

    /// <summary>A string of JSON, which is one of Go's as well; a byte that is not UTF-8 is shown as a person sees it.</summary>
    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (char c in KernelText.Show(text))
            _ = c switch
            {
                '"' or '\\' => quoted.Append('\\').Append(c),
                '\n' => quoted.Append("\\n"),
                '\t' => quoted.Append("\\t"),
                _ when SafeText.IsOdd(c) => quoted.Append("\\u").Append(((int)c).ToString("x4")),
                _ => quoted.Append(c),
            };
        return quoted.Append('"').ToString();
    }
}
