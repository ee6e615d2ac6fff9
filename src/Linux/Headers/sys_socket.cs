using Tmds.Linux;

namespace Minirun.Linux;

/// <summary>
/// Functions and constants of &lt;sys/socket.h&gt;, for the report channel between minirun and fork-news and for log drivers.
/// </summary>
public static unsafe class sys_socket
{
    public const int AF_UNIX = 1;
    public const int AF_INET = 2;
    public const int AF_INET6 = 10;
    public const int SOCK_STREAM = 1;
    public const int SOCK_DGRAM = 2;
    public const int SOCK_SEQPACKET = 5;
    public const int SOCK_CLOEXEC = fcntl.O_CLOEXEC;
    public const int SOCK_NONBLOCK = fcntl.O_NONBLOCK;
    public const int SOL_SOCKET = 1;
    public const int SO_ERROR = 4;
    public const int SO_SNDBUF = 7;
    public const int SO_PEERCRED = 17;
    public const int SO_ACCEPTCONN = 30;
    public const int SCM_RIGHTS = 1;
    public const int MSG_TRUNC = 0x20;
    public const int MSG_DONTWAIT = 0x40;
    public const int MSG_NOSIGNAL = 0x4000;
    public const int MSG_CMSG_CLOEXEC = 0x40000000;
    public const int SHUT_RDWR = 2;

    public static int socketpair(int domain, int type, int protocol, int* fds) => LibC.socketpair(domain, type, protocol, fds);
    public static int socket(int domain, int type, int protocol) => LibC.socket(domain, type, protocol);
    public static int accept4(int fd, void* address, uint* length, int flags) =>
        LibC.accept4(fd, (sockaddr*)address, (socklen_t*)length, flags);
    public static int connect(int fd, void* address, uint length) => LibC.connect(fd, (sockaddr*)address, length);
    public static int getsockname(int fd, void* address, uint* length) => LibC.getsockname(fd, (sockaddr*)address, (socklen_t*)length);
    public static int getsockopt(int fd, int level, int name, void* value, uint* length) =>
        LibC.getsockopt(fd, level, name, value, (socklen_t*)length);
    public static nint sendmsg(int fd, msghdr* message, int flags) => (nint)(long)LibC.sendmsg(fd, (Tmds.Linux.msghdr*)message, flags);
    public static nint recvmsg(int fd, msghdr* message, int flags) => (nint)(long)LibC.recvmsg(fd, (Tmds.Linux.msghdr*)message, flags);
    public static nint recv(int fd, void* buffer, nint length, int flags) =>
        (nint)(long)LibC.recv(fd, buffer, (size_t)(ulong)length, flags);
    public static int shutdown(int fd, int how) => LibC.shutdown(fd, how);
    public static nint send(int fd, void* buffer, nint length, int flags) =>
        (nint)(long)LibC.send(fd, buffer, (size_t)(ulong)length, flags);
}

/// <summary>struct ucred of &lt;sys/socket.h&gt;: who connected.</summary>
public struct ucred
{
    public int pid;
    public uint uid;
    public uint gid;
}

/// <summary>struct iovec of &lt;sys/uio.h&gt;.</summary>
public unsafe struct iovec
{
    public void* iov_base;
    public nint iov_len;
}

/// <summary>struct msghdr of &lt;sys/socket.h&gt;.</summary>
public unsafe struct msghdr
{
    public void* msg_name;
    public uint msg_namelen;
    public iovec* msg_iov;
    public nint msg_iovlen;
    public void* msg_control;
    public nint msg_controllen;
    public int msg_flags;
}

/// <summary>struct cmsghdr of &lt;sys/socket.h&gt; with room for the one descriptor that SCM_RIGHTS carries here.</summary>
public struct cmsghdr_fd
{
    public nint cmsg_len;
    public int cmsg_level;
    public int cmsg_type;
    public int fd;
    public int padding;

    /// <summary>CMSG_LEN(sizeof(int)).</summary>
    public const int Length = 20;
}
