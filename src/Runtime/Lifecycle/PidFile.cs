using System.Text;
using Minirun.Linux;

namespace Minirun.Runtime.Lifecycle;

/// <summary>A file with a pid in decimal. It appears whole: who waits for it never reads half a number.</summary>
internal static unsafe class PidFile
{
    private const uint Mode = 0x1a4 /* 0644 */;

    public static void Write(string path, int pid)
    {
        string temporary = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, $".{Path.GetFileName(path)}.{unistd.getpid()}");
        int fd = (int)LinuxException.Check(fcntl.open(temporary, fcntl.O_WRONLY | fcntl.O_CREAT | fcntl.O_EXCL | fcntl.O_CLOEXEC, Mode), "open", temporary);
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
