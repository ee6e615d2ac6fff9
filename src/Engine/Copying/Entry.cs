using System.Runtime.InteropServices;
using System.Text;
using Minirun.Linux;
using static Minirun.Linux.fcntl;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Engine.Copying;

/// <summary>System calls on an entry of an open directory. A name is one component, of any bytes, with a zero behind; none follows a symbolic link.</summary>
internal static unsafe class Entry
{
    private const int DirectoryEntryName = 19;   // offset of d_name in struct linux_dirent64

    public static int Open(int directory, byte[] name, int flags, uint mode = 0)
    {
        open_how how = new() { flags = (ulong)(uint)(flags | O_NOFOLLOW | O_CLOEXEC), mode = mode, resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS };
        fixed (byte* pointer = name) return (int)LinuxException.Check(openat2(directory, pointer, &how), "openat2", Text(name));
    }

    /// <summary>The file of an O_PATH descriptor, for its contents: it is that very file.</summary>
    public static int Reopen(int fd, int flags)
    {
        string path = Link(fd);
        return (int)LinuxException.Check(open(path, flags | O_CLOEXEC), "open", path);
    }

    public static string Link(int fd) => "/proc/self/fd/" + fd.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public static statx Status(int fd)
    {
        statx status;
        LinuxException.Check(sys_stat.statx_(fd, "", AT_EMPTY_PATH, sys_stat.STATX_BASIC_STATS, &status), "statx");
        return status;
    }

    /// <summary>False when it cannot be done for this reason, which is the caller's to deal with.</summary>
    public static bool Call(nint number, int directory, byte[] name, nint a, nint b, int but)
    {
        fixed (byte* pointer = name)
            if (syscall(number, directory, (nint)pointer, a, b) >= 0) return true;
        int errno = Marshal.GetLastPInvokeError();
        return errno == but ? false : throw new LinuxException(sys_syscall.Name((int)number), errno, Text(name));
    }

    /// <summary>What a symbolic link says, with a zero behind.</summary>
    public static byte[] Target(int fd)
    {
        byte[] target = new byte[4097];
        byte nothing = 0;
        fixed (byte* pointer = target) return target[..(int)(LinuxException.Check(syscall(SYS_readlinkat, fd, (nint)(&nothing), (nint)pointer, 4096), "readlinkat") + 1)];
    }

    /// <summary>What is in the directory of an O_PATH descriptor, one after the other: an O_PATH descriptor, which is closed afterwards, and the name.</summary>
    public static void Each(int directory, Action<int, byte[]> take)
    {
        int from = Reopen(directory, O_RDONLY | O_DIRECTORY);
        foreach (byte[] name in Names(from))
        {
            int entry;
            try
            {
                entry = Open(from, name, O_PATH);
            }
            catch (LinuxException error) when (error.Number == Errno.ENOENT)
            {
                continue;   // gone since we looked
            }
            take(entry, name);
            unistd.close(entry);
        }
        unistd.close(from);
    }

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

    public static string Text(byte[] name) => Encoding.UTF8.GetString(name.AsSpan().TrimEnd((byte)0));
}
