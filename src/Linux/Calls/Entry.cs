using System.Globalization;
using System.Runtime.InteropServices;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_syscall;
using open_how = Tmds.Linux.open_how;

namespace Minirun.Linux.Calls;

/// <summary>
/// System calls on an entry of an open directory. A name is one component, of any bytes, with a zero behind; none follows a symbolic link.
/// </summary>
public static unsafe class Entry
{
    private const int DirectoryEntryName = 19;   // offset of d_name in struct linux_dirent64

    /// <summary>Opens an entry, and no symbolic link.</summary>
    /// <exception cref="LinuxException">It cannot be opened.</exception>
    public static Fd Open(int directory, byte[] name, int flags, uint mode = 0) =>
        TryOpen(directory, name, flags, mode) is { IsOpen: true } open ? open : throw new LinuxException("openat2", Io.Error, Text(name));

    /// <summary>The same; not open, with errno in <see cref="Io.Error"/>, when it cannot be opened.</summary>
    /// <param name="resolve">Further rules, such as RESOLVE_NO_XDEV: nothing that is mounted there.</param>
    public static Fd TryOpen(int directory, byte[] name, int flags, uint mode = 0, int resolve = 0)
    {
        open_how how = new()
        {
            flags = (ulong)(uint)(flags | O_NOFOLLOW | O_CLOEXEC),
            mode = mode,
            resolve = (ulong)(uint)(RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | resolve)
        };
        fixed (byte* pointer = name) return new Fd(openat2(directory, pointer, &how));
    }

    /// <summary>
    /// The file of an O_PATH descriptor, for its contents: it is that very file. Who holds a lease on it (F_SETLEASE in fcntl(2)) does not
    /// hold us: EAGAIN.
    /// </summary>
    /// <param name="fd">The descriptor.</param>
    /// <param name="flags">Of open(2).</param>
    /// <param name="name">For the error.</param>
    public static Fd Reopen(int fd, int flags, byte[]? name = null)
    {
        string path = Link(fd);
        return Fd.Check(open(path, flags | O_NONBLOCK | O_CLOEXEC), "open", name is null ? path : Text(name));
    }

    public static string Link(int fd) => "/proc/self/fd/" + fd.ToString(CultureInfo.InvariantCulture);

    public static statx Status(int fd)
    {
        LinuxException.Check(FileStatus.TryRead(fd, out statx status) ? 0 : -1, "statx");
        return status;
    }

    /// <summary>Which file it is, as long as the file is open or has a name.</summary>
    public static (uint, uint, ulong) Identity(in statx status) => (status.stx_dev_major, status.stx_dev_minor, status.stx_ino);

    public static bool IsDirectory(in statx status) => (status.stx_mode & sys_stat.S_IFMT) == sys_stat.S_IFDIR;

    /// <summary>False when it cannot be done for this reason, which is the caller's to deal with.</summary>
    public static bool Call(nint number, int directory, byte[] name, nint a, nint b, int but)
    {
        if (TryCall(number, directory, name, a, b) is not (> 0 and var errno)) return true;
        return errno == but ? false : throw new LinuxException(sys_syscall.Name((int)number), errno, Text(name));
    }

    /// <summary>0, or errno.</summary>
    public static int TryCall(nint number, int directory, byte[] name, nint a, nint b = 0)
    {
        fixed (byte* pointer = name) return syscall(number, directory, (nint)pointer, a, b) >= 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>What a symbolic link says, with a zero behind.</summary>
    public static byte[] Target(int fd)
    {
        byte[] target = new byte[4097];
        byte nothing = 0;
        fixed (byte* pointer = target)
            return target[..(int)(LinuxException.Check(syscall(SYS_readlinkat, fd, (nint)(&nothing), (nint)pointer, 4096), "readlinkat")
                + 1)];
    }

    /// <summary>What is in a directory that was opened for reading, and has not been read yet.</summary>
    public static List<byte[]> Names(int directory)
    {
        List<byte[]> names = [];
        byte[] buffer = new byte[32768];
        fixed (byte* start = buffer)
            while (LinuxException.Check(syscall(SYS_getdents64, directory, (nint)start, buffer.Length), "getdents64") is > 0 and var length)
                for (nint at = 0; at < length; at += *(ushort*)(start + at + 16))
                {
                    ReadOnlySpan<byte> name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(start + at + DirectoryEntryName);
                    if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8)) names.Add([.. name, 0]);
                }
        return names;
    }

    public static string Text(byte[] name) => KernelText.Decode(name.AsSpan().TrimEnd((byte)0));
}
