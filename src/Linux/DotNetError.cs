using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Minirun.Linux;

/// <summary>
/// What .NET's exceptions say, in the kernel's words: their own texts are left out of the program (UseSystemResourceKeys), and what stands
/// there instead are keys such as IO_FileNotFound_FileName. Whoever shows such an exception to a person asks here.
/// </summary>
public static class DotNetError
{
    /// <summary>The path and the error, as <see cref="LinuxException"/> has them; of an exception of ours its own message.</summary>
    public static string Describe(Exception error)
    {
        if (!IsDotNets(error)) return error.Message;
        string what = Number(error) is { } number ? Errno.Describe(number)
            : error is EndOfStreamException ? "it ends too early"
            : "input/output error (EIO)";
        return Path(error) is { } path ? $"{path}: {what}" : what;
    }

    /// <summary>The kernel's number, where one can be told.</summary>
    public static int? Number(Exception error) => error switch
    {
        LinuxException kernel => kernel.Number,
        FileNotFoundException or DirectoryNotFoundException => Errno.ENOENT,
        PathTooLongException => Errno.ENAMETOOLONG,
        UnauthorizedAccessException => error.InnerException is IOException { HResult: > 0 and < 200 } inner ? inner.HResult : Errno.EACCES,
        SocketException socket => socket.NativeErrorCode,
        Win32Exception native => native.NativeErrorCode,
        OutOfMemoryException => Errno.ENOMEM,
        IOException { InnerException: SocketException socket } => socket.NativeErrorCode,
        IOException { HResult: > 0 and < 200 } => error.HResult,
        _ => null,
    };

    /// <summary>Whether the message is a key, or a text of the C library's.</summary>
    private static bool IsDotNets(Exception error) =>
        error is IOException or UnauthorizedAccessException or ExternalException or OutOfMemoryException;

    /// <summary>It stands behind the key ("IO_PathNotFound_Path, /x") or behind the C library's text ("Is a directory : '/x'").</summary>
    private static string? Path(Exception error)
    {
        if (error is FileNotFoundException { FileName: { Length: > 0 } name }) return name;
        string message = error.Message;
        int quote = message.IndexOf(" : '", StringComparison.Ordinal);
        if (quote >= 0 && message.EndsWith('\'')) return message[(quote + 4)..^1];
        int comma = message.IndexOf(", ", StringComparison.Ordinal);
        return comma > 0 && message.AsSpan(0, comma).IndexOf('_') > 0 && message.AsSpan(0, comma).IndexOf(' ') < 0
            ? message[(comma + 2)..]
            : null;
    }
}
