using System.Globalization;
using System.Text;
using Minirun.Linux.Calls;
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
        using Fd fd = Fd.Open(path, O_RDONLY);
        Span<byte> buffer = stackalloc byte[MaximumBytes];
        return KernelText.Decode(buffer[..(int)LinuxException.Check(Io.Read(fd, buffer), "read", path)]);
    }

    /// <summary>Writes to a file that is there, at once.</summary>
    /// <exception cref="LinuxException">It cannot be opened or written.</exception>
    public static void Write(string path, string text)
    {
        using Fd fd = Fd.Open(path, O_WRONLY);
        LinuxException.Check(Io.Write(fd, Encoding.ASCII.GetBytes(text)), "write", path);
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
