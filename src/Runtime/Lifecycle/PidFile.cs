using System.Globalization;
using System.Text;
using Minirun.Linux;
using Minirun.Linux.Calls;

namespace Minirun.Runtime.Lifecycle;

/// <summary>A file with a pid in decimal. It appears whole: who waits for it never reads half a number.</summary>
public static unsafe class PidFile
{
    private const uint Mode = 0x1a4 /* 0644 */;

    /// <exception cref="UserError">There is none, or no number in it.</exception>
    public static int Read(string path) =>
        TryRead(path) ?? throw new UserError($"{path}: not a file with a pid", "did the runtime write it?");

    /// <summary>Null when there is none yet, or no number in it.</summary>
    public static int? TryRead(string path)
    {
        try
        {
            string? text = RegularFile.ReadText(path)?.Trim();
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && pid > 0 ? pid : null;
        }
        catch (LinuxException)
        {
            return null;
        }
    }

    public static void Write(string path, int pid)
    {
        string temporary =
            Path.Combine(Path.GetDirectoryName(CurrentDirectory.FullPath(path))!, $".{Path.GetFileName(path)}.{unistd.getpid()}");
        int fd = (int)LinuxException.Check(fcntl.open(temporary, fcntl.O_WRONLY | fcntl.O_CREAT | fcntl.O_EXCL | fcntl.O_CLOEXEC, Mode),
            "open", temporary);
        byte[] text = Encoding.ASCII.GetBytes(pid.ToString());
        fixed (byte* bytes = text)
        {
            nint written = unistd.write(fd, bytes, text.Length);
            int errno = written < 0 ? System.Runtime.InteropServices.Marshal.GetLastPInvokeError() : Errno.ENOSPC;
            unistd.close(fd);
            if (written == text.Length && unistd.rename(temporary, path) == 0) return;
            if (written == text.Length) errno = System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
            unistd.unlink(temporary);
            throw new LinuxException("write", errno, path);
        }
    }
}
