using Minirun.Linux;
using Minirun.Linux.Calls;

namespace Minirun.Runtime;

/// <summary>
/// What a user names on the command line to be read. That may be a pipe as well, as in --env-file &lt;(command), or a fifo that nobody ever
/// writes to, or be held by somebody's lease: a signal ends the wait for it.
/// </summary>
public static class GivenFile
{
    /// <summary>All of it; null when there is none.</summary>
    /// <exception cref="LinuxException">It cannot be read, or is too large (EFBIG).</exception>
    /// <exception cref="UserError">A signal came before it was read.</exception>
    public static byte[]? Read(string path, int most = RegularFile.MostBytes) =>
        RegularFile.ReadGiven(path, most, fd => EndingSignals.AwaitForeign(fd, path));

    /// <summary>Why it cannot be read, in the words of a user.</summary>
    public static string Why(LinuxException error) => error.Number switch
    {
        Errno.EISDIR => "it is a directory",
        Errno.EACCES => "permission denied",
        Errno.ENOENT or Errno.ENOTDIR => "no such file",
        _ => Errno.Describe(error.Number),
    };
}
