using System.Runtime.InteropServices;

namespace Minirun.Linux;

/// <summary>
/// Functions and constants of &lt;sys/socket.h&gt;, for the report channel between minirun and fork-news and for log drivers.
/// </summary>
public static unsafe partial class sys_socket
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

    [LibraryImport("libc", SetLastError = true)] public static partial int socketpair(int domain, int type, int protocol, int* fds);
    [LibraryImport("libc", SetLastError = true)] public static partial int socket(int domain, int type, int protocol);
    [LibraryImport("libc", SetLastError = true)] public static partial int accept4(int fd, void* address, uint* length, int flags);
    [LibraryImport("libc", SetLastError = true)] public static partial int connect(int fd, void* address, uint length);
    [LibraryImport("libc", SetLastError = true)] public static partial int getsockname(int fd, void* address, uint* length);
    [LibraryImport("libc", SetLastError = true)]
    public static partial int getsockopt(int fd, int level, int name, void* value, uint* length);
    [LibraryImport("libc", SetLastError = true)] public static partial nint sendmsg(int fd, msghdr* message, int flags);
    [LibraryImport("libc", SetLastError = true)] public static partial nint recvmsg(int fd, msghdr* message, int flags);
    [LibraryImport("libc", SetLastError = true)] public static partial nint recv(int fd, void* buffer, nint length, int flags);
    [LibraryImport("libc", SetLastError = true)] public static partial int shutdown(int fd, int how);
    [LibraryImport("libc", SetLastError = true)] public static partial nint send(int fd, void* buffer, nint length, int flags);
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
