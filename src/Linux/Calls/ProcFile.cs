using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using static Minirun.Linux.fcntl;

namespace Minirun.Linux;

/// <summary>Small files of /proc and /sys, read or written with three system calls and no stream.</summary>
public static unsafe class ProcFile
{
    private const int MaximumBytes = 16384;

    /// <summary>The text of a file, its first 16 KiB.</summary>
    /// <exception cref="LinuxException">It cannot be opened or read.</exception>
    public static string Read(string path)
    {
        int fd = (int)LinuxException.Check(open(path, O_RDONLY | O_CLOEXEC), "open", path);
        byte* buffer = stackalloc byte[MaximumBytes];
        nint length = unistd.read(fd, buffer, MaximumBytes);
        int errno = Marshal.GetLastPInvokeError();
        unistd.close(fd);
        if (length < 0) throw new LinuxException("read", errno, path);
        return KernelText.Decode(new ReadOnlySpan<byte>(buffer, (int)length));
    }

    /// <summary>Writes to a file that is there, at once.</summary>
    /// <exception cref="LinuxException">It cannot be opened or written.</exception>
    public static void Write(string path, string text)
    {
        int fd = (int)LinuxException.Check(open(path, O_WRONLY | O_CLOEXEC), "open", path);
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        fixed (byte* pointer = bytes)
        {
            nint written = unistd.write(fd, pointer, bytes.Length);
            int errno = Marshal.GetLastPInvokeError();
            unistd.close(fd);
            if (written < 0) throw new LinuxException("write", errno, path);
        }
    }

    /// <summary>The children of all threads of a process (proc_tid_children(5)).</summary>
    /// <param name="process">Its directory in /proc.</param>
    /// <exception cref="IOException">It has ended.</exception>
    public static List<int> Children(string process)
    {
        List<int> children = [];
        foreach (string thread in Directory.EnumerateDirectories(process + "/task"))
            try
            {
                foreach (string child in Read(thread + "/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    children.Add(int.Parse(child, CultureInfo.InvariantCulture));
            }
            catch (LinuxException)
            {
                // The thread has ended.
            }
        return children;
    }

    /// <summary>What a symbolic link says; null when it cannot be read.</summary>
    public static string? ReadLink(string path)
    {
        byte* buffer = stackalloc byte[4096];
        nint length = unistd.readlink(path, buffer, 4096);
        return length < 0 ? null : KernelText.Decode(new ReadOnlySpan<byte>(buffer, (int)length));
    }
}
