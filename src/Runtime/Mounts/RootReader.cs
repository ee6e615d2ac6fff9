using System.Runtime.InteropServices;
using Minirun.Linux;
using static Minirun.Linux.fcntl;
using open_how = Tmds.Linux.open_how;

namespace Minirun.Runtime.Mounts;

/// <summary>
/// Reads files of a root file system from outside. It is hostile: openat2 keeps every symlink inside, only a regular file is read, and only
/// so much of it.
/// </summary>
public static unsafe class RootReader
{
    private const int MaximumBytes = 1 << 20;

    /// <summary>The text of a file, its first MiB; null when there is no such regular file.</summary>
    public static string? Read(string rootfs, string path)
    {
        int root = open(rootfs, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (root < 0) return null;
        try
        {
            return ReadBytes(root, path, MaximumBytes) is { } bytes ? KernelText.Decode(bytes) : null;
        }
        finally
        {
            unistd.close(root);
        }
    }

    /// <summary>The first bytes of a regular file below a directory descriptor; null when there is none.</summary>
    public static byte[]? ReadBytes(int root, string path, int maximum)
    {
        // O_NONBLOCK: a fifo or device in the place of the file must not hold us up.
        int fd = OpenInside(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
        if (fd < 0) return null;
        try
        {
            statx status;
            if (sys_stat.statx_(fd, "", AT_EMPTY_PATH, sys_stat.STATX_BASIC_STATS, &status) < 0) return null;
            if ((status.stx_mode & sys_stat.S_IFMT) != sys_stat.S_IFREG) return null;
            byte[] buffer = new byte[(int)Math.Min(status.stx_size == 0 ? (ulong)maximum : status.stx_size, (ulong)maximum)];
            int length = 0;
            fixed (byte* start = buffer)
                while (length < buffer.Length && unistd.read(fd, start + length, buffer.Length - length) is > 0 and var got)
                    length += (int)got;
            return buffer[..length];
        }
        finally
        {
            unistd.close(fd);
        }
    }

    /// <summary>
    /// openat2(RESOLVE_IN_ROOT): a descriptor, or -1 with errno in <see cref="Marshal.GetLastPInvokeError"/>. Into a procfs no symbolic
    /// link leads: what is "self" there is we, and with the host's pids a container's link to it would show what is ours (ELOOP).
    /// </summary>
    /// <param name="root">The directory that paths begin at.</param>
    /// <param name="path">The path.</param>
    /// <param name="flags">Of open(2).</param>
    /// <param name="refuses">The caller itself looks at what it gets, and keeps out of what is the kernel's.</param>
    public static int OpenInside(int root, string path, int flags, bool refuses = false)
    {
        byte[] name = KernelText.EncodeName(path);
        int fd = Open(root, name, flags, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
        statfs status;
        if (fd < 0 || refuses || sys_vfs.fstatfs_(fd, &status) != 0 || status.f_type != sys_vfs.PROC_SUPER_MAGIC) return fd;
        unistd.close(fd);
        // Not asked and then believed: this way there is no link to be exchanged meanwhile.
        return Open(root, name, flags, RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS);
    }

    private static int Open(int root, byte[] name, int flags, int resolve)
    {
        open_how how = new() { flags = (ulong)(uint)(flags | O_CLOEXEC), resolve = (ulong)(uint)resolve };
        fixed (byte* pointer = name) return openat2(root, pointer, &how);
    }
}
