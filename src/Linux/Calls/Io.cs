using System.Runtime.InteropServices;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Linux.Calls;

/// <summary>
/// Bytes in and out of a descriptor that somebody else owns. Each gives how many, or -1 with errno in
/// <see cref="Marshal.GetLastPInvokeError"/>; a signal that a handler took (EINTR) makes it begin again.
/// </summary>
public static unsafe class Io
{
    /// <summary>The errno of the call that has just given -1.</summary>
    public static int Error => Marshal.GetLastPInvokeError();

    /// <summary>Nothing is there now, of a descriptor that does not block.</summary>
    public static bool IsEmpty => Error == Errno.EAGAIN;

    /// <summary>read(2); 0 at the end.</summary>
    public static int Read(int fd, Span<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            nint count;
            while ((count = unistd.read(fd, start, bytes.Length)) < 0 && Error == Errno.EINTR) { }
            return (int)count;
        }
    }

    /// <summary>pread(2); 0 at the end.</summary>
    public static int Read(int fd, Span<byte> bytes, long offset)
    {
        fixed (byte* start = bytes)
        {
            nint count;
            while ((count = unistd.pread(fd, start, bytes.Length, offset)) < 0 && Error == Errno.EINTR) { }
            return (int)count;
        }
    }

    /// <summary>write(2): what is taken at once.</summary>
    public static int Write(int fd, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            nint count;
            while ((count = unistd.write(fd, start, bytes.Length)) < 0 && Error == Errno.EINTR) { }
            return (int)count;
        }
    }

    /// <summary>pwrite(2).</summary>
    public static int Write(int fd, ReadOnlySpan<byte> bytes, long offset)
    {
        fixed (byte* start = bytes)
        {
            nint count;
            while ((count = unistd.pwrite(fd, start, bytes.Length, offset)) < 0 && Error == Errno.EINTR) { }
            return (int)count;
        }
    }

    /// <summary>Writes all of it.</summary>
    /// <param name="fd">One that blocks.</param>
    /// <param name="bytes">What is written.</param>
    /// <param name="path">For the error.</param>
    /// <exception cref="LinuxException">It cannot be written: ENOSPC, EPIPE, EIO …</exception>
    public static void WriteAll(int fd, ReadOnlySpan<byte> bytes, string? path = null)
    {
        while (!bytes.IsEmpty) bytes = bytes[(int)LinuxException.Check(Write(fd, bytes), "write", path)..];
    }

    /// <summary>All from a place of a file on, at most so many bytes; a file that others cut short meanwhile gives less.</summary>
    /// <exception cref="LinuxException">It cannot be read.</exception>
    public static byte[] ReadAll(int fd, int most = int.MaxValue, long offset = 0, string? path = null)
    {
        byte[] bytes = new byte[Math.Min(most, 65536)];
        int length = 0;
        while (LinuxException.Check(Read(fd, bytes.AsSpan(length), offset + length), "pread", path) is > 0 and var count)
        {
            length += (int)count;
            if (length == most) break;
            if (length == bytes.Length) Array.Resize(ref bytes, (int)Math.Min(most, 2L * length));
        }
        return bytes[..length];
    }

    /// <summary>send(2) without SIGPIPE. It waits for nothing unless flags say else.</summary>
    public static int Send(int socket, ReadOnlySpan<byte> bytes, int flags = sys_socket.MSG_DONTWAIT)
    {
        fixed (byte* start = bytes)
        {
            nint count;
            while ((count = sys_socket.send(socket, start, bytes.Length, sys_socket.MSG_NOSIGNAL | flags)) < 0 && Error == Errno.EINTR) { }
            return (int)count;
        }
    }

    /// <summary>recv(2); 0 at the end. It waits for nothing unless flags say else.</summary>
    public static int Receive(int socket, Span<byte> bytes, int flags = sys_socket.MSG_DONTWAIT)
    {
        fixed (byte* start = bytes)
        {
            nint count;
            while ((count = sys_socket.recv(socket, start, bytes.Length, flags)) < 0 && Error == Errno.EINTR) { }
            return (int)count;
        }
    }

    /// <summary>lseek(2): where it is then; below 0: it cannot go there.</summary>
    public static long Seek(int fd, long offset, int from) => syscall(SYS_lseek, fd, (nint)offset, from);

    /// <summary>Sets O_NONBLOCK, for everybody who shares the open file.</summary>
    public static void SetNonblocking(int fd) => fcntl.fcntl_(fd, fcntl.F_SETFL, fcntl.fcntl_(fd, fcntl.F_GETFL) | fcntl.O_NONBLOCK);
}
