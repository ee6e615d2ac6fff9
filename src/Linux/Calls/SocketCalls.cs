using static Minirun.Linux.sys_socket;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Linux.Calls;

/// <summary>Sockets of all families: an address is struct sockaddr as bytes.</summary>
public static unsafe class SocketCalls
{
    private const int SO_REUSEADDR = 2;

    /// <summary>socket(2), with SOCK_CLOEXEC.</summary>
    /// <exception cref="LinuxException">There is no descriptor left, or no such family.</exception>
    public static Fd Open(int family, int type, string? path = null) => Fd.Check(socket(family, type | SOCK_CLOEXEC, 0), "socket", path);

    /// <summary>Two that are connected to each other (socketpair(2)), with SOCK_CLOEXEC.</summary>
    public static (Fd Ours, Fd Theirs) Pair(int type)
    {
        int* ends = stackalloc int[2];
        LinuxException.Check(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends), "socketpair");
        return (new Fd(ends[0]), new Fd(ends[1]));
    }

    /// <summary>0, or errno; EINPROGRESS: it goes on, of one that does not block.</summary>
    public static int Connect(int fd, ReadOnlySpan<byte> address)
    {
        fixed (byte* start = address) return connect(fd, start, (uint)address.Length) < 0 ? Io.Error : 0;
    }

    /// <summary>How a connect that went on has ended (SO_ERROR): 0, or errno.</summary>
    public static int TakeError(int fd)
    {
        int errno = 0;
        uint length = sizeof(int);
        return getsockopt(fd, SOL_SOCKET, SO_ERROR, &errno, &length) < 0 ? Io.Error : errno;
    }

    /// <exception cref="LinuxException">Another has the address, or it may not be had.</exception>
    public static void Bind(int fd, ReadOnlySpan<byte> address)
    {
        fixed (byte* start = address) LinuxException.Check(syscall(SYS_bind, fd, (nint)start, address.Length), "bind");
    }

    /// <exception cref="LinuxException">Another listens there.</exception>
    public static void Listen(int fd, int backlog) => LinuxException.Check(syscall(SYS_listen, fd, backlog), "listen");

    /// <summary>What connections that have ended left does not count, only who listens (SO_REUSEADDR).</summary>
    public static void Reuse(int fd)
    {
        int one = 1;
        syscall(SYS_setsockopt, fd, SOL_SOCKET, SO_REUSEADDR, (nint)(&one), sizeof(int));
    }

    /// <summary>Its own address; null: it is no socket.</summary>
    public static byte[]? Name(int fd)
    {
        byte[] name = new byte[128];
        uint length = (uint)name.Length;
        fixed (byte* start = name) return getsockname(fd, start, &length) == 0 ? name[..(int)Math.Min(length, (uint)name.Length)] : null;
    }

    /// <summary>send(2), which waits for room and sends no SIGPIPE: how much, or -1 (<see cref="Io.Error"/>).</summary>
    public static int Send(int fd, ReadOnlySpan<byte> bytes) => Io.Send(fd, bytes, flags: 0);

    /// <summary>recv(2), which waits for something; 0 at the end.</summary>
    public static int Receive(int fd, Span<byte> bytes) => Io.Receive(fd, bytes, flags: 0);

    /// <summary>Sends a descriptor in an empty message (SCM_RIGHTS), and waits for nothing: 0, or errno.</summary>
    public static int SendDescriptor(int fd, int sent)
    {
        cmsghdr_fd control = new() { cmsg_len = cmsghdr_fd.Length, cmsg_level = SOL_SOCKET, cmsg_type = SCM_RIGHTS, fd = sent };
        msghdr message = new() { msg_control = &control, msg_controllen = sizeof(cmsghdr_fd) };
        return sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? Io.Error : 0;
    }

    /// <summary>Waits for a message with a descriptor; null when there is none in it. What it says besides is forgotten.</summary>
    public static Fd? ReceiveDescriptor(int fd)
    {
        byte* text = stackalloc byte[4096];
        iovec part = new() { iov_base = text, iov_len = 4096 };
        cmsghdr_fd control = default;
        msghdr message = new() { msg_iov = &part, msg_iovlen = 1, msg_control = &control, msg_controllen = sizeof(cmsghdr_fd) };
        nint count;
        while ((count = recvmsg(fd, &message, MSG_CMSG_CLOEXEC)) < 0 && Io.Error == Errno.EINTR) { }
        return count < 0 || message.msg_controllen < cmsghdr_fd.Length ? null : new Fd(control.fd);
    }
}
