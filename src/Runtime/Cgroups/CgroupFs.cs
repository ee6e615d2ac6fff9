using System.Runtime.InteropServices;
using System.Text;
using Minirun.Linux;

namespace Minirun.Runtime.Cgroups;

/// <summary>
/// Files and directories of a cgroup file system. Results are error numbers, 0 for success: who asks knows what each of them means.
/// </summary>
internal static unsafe class CgroupFs
{
    public static bool Exists(string path) => fcntl.faccessat(fcntl.AT_FDCWD, path, unistd.F_OK, 0) == 0;

    public static bool IsWritable(string path) => fcntl.faccessat(fcntl.AT_FDCWD, path, unistd.W_OK, fcntl.AT_EACCESS) == 0;

    /// <summary>
    /// A container whose root is root outside owns the files of its cgroup, and may hold each with a lease: an open waits for 45 seconds
    /// then (fcntl(2), F_SETLEASE), and one that does not wait fails with EAGAIN. Once it is open it waits as any other: else a lower limit
    /// reclaims no memory.
    /// </summary>
    public static int Open(string path, int access) => Opened(fcntl.open(path, access | fcntl.O_NONBLOCK | fcntl.O_CLOEXEC), access);

    /// <summary>The same of a file in an open directory. (openat2(2) is asked again and again where it says EAGAIN.)</summary>
    private static int Open(int directory, byte[] name, int access)
    {
        int flags = fcntl.O_NONBLOCK | fcntl.O_NOFOLLOW | fcntl.O_CLOEXEC;
        fixed (byte* file = name)
            return Opened((int)sys_syscall.syscall(sys_syscall.SYS_openat, directory, (nint)file, access | flags), access);
    }

    private static int Opened(int fd, int access)
    {
        if (fd >= 0 && access != fcntl.O_RDONLY) fcntl.fcntl_(fd, fcntl.F_SETFL, access);
        return fd;
    }

    /// <summary>What to do about a file that cannot be opened or written; <paramref name="otherwise"/> where nobody holds it.</summary>
    public static string Hint(int errno, string otherwise) =>
        errno != Errno.EAGAIN ? otherwise
            : "a process of the container holds that file with a lease (fcntl(2), F_SETLEASE): end that process first";

    /// <summary>One write(2): each is one command to the kernel.</summary>
    public static int Write(string path, string text) => WriteAndClose(Open(path, fcntl.O_WRONLY), text);

    /// <summary>The same of a file in an open directory.</summary>
    public static int Write(int directory, byte[] name, string text) => WriteAndClose(Open(directory, name, fcntl.O_WRONLY), text);

    private static int WriteAndClose(int fd, string text)
    {
        if (fd < 0) return Marshal.GetLastPInvokeError();
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        int errno = 0;
        fixed (byte* pointer = bytes)
        {
            nint written;
            do
            {
                written = unistd.write(fd, pointer, bytes.Length);
                errno = written < 0 ? Marshal.GetLastPInvokeError() : 0;
            }
            while (errno == Errno.EINTR);
        }
        unistd.close(fd);
        return errno;
    }

    /// <summary>The whole text; null when it cannot be read.</summary>
    public static string? Read(string path) => ReadAndClose(Open(path, fcntl.O_RDONLY));

    /// <summary>The same of a file in an open directory.</summary>
    public static string? Read(int directory, byte[] name) => ReadAndClose(Open(directory, name, fcntl.O_RDONLY));

    private static string? ReadAndClose(int fd)
    {
        if (fd < 0) return null;
        byte[] buffer = new byte[4096];
        int length = 0;
        nint count;
        do
        {
            if (length == buffer.Length) Array.Resize(ref buffer, length * 2);
            fixed (byte* pointer = buffer) count = unistd.read(fd, pointer + length, buffer.Length - length);
            if (count > 0) length += (int)count;
        }
        while (count > 0 || (count < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR));
        unistd.close(fd);
        return count < 0 ? null : Encoding.UTF8.GetString(buffer, 0, length);
    }

    public static int MakeDirectory(string path) => sys_stat.mkdir(path, 0x1ed /* 0755 */) == 0 ? 0 : Marshal.GetLastPInvokeError();

    public static int RemoveDirectory(string path) => unistd.rmdir(path) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>
    /// Paths of the cgroups in one; none when it is gone. Those of a container go by descriptor: <see cref="CgroupWalk"/>.
    /// </summary>
    public static string[] Children(string path)
    {
        try
        {
            return Directory.GetDirectories(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>A number of a file; null when there is none. "max" is the largest.</summary>
    public static ulong? ReadNumber(string path)
    {
        string? text = Read(path);
        if (text is null) return null;
        ReadOnlySpan<char> trimmed = text.AsSpan().Trim();
        if (trimmed is "max") return ulong.MaxValue;
        return ulong.TryParse(trimmed, out ulong value) ? value : null;
    }

    /// <summary>The number after a word: of "oom_kill 3".</summary>
    public static ulong? Find(string? text, string key)
    {
        if (text is null) return null;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
            if (line.Length > key.Length && line[key.Length] == ' ' && line.StartsWith(key, StringComparison.Ordinal))
                return ulong.TryParse(line[(key.Length + 1)..].Trim(), out ulong value) ? value : null;
        return null;
    }
}
