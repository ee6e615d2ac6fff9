using System.Text;
using static Minirun.Linux.sys_socket;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Linux.Calls;

/// <summary>
/// Unix sockets by path (unix(7)). A path that is too long for struct sockaddr_un goes through a descriptor of its directory.
/// </summary>
public static unsafe class UnixSocket
{
    private const int PathSize = 108;   // sizeof(sun_path)
    private const uint OwnerOnly = 0x180 /* 0600 */;

    /// <summary>A socket that listens at a path, which must not be there yet; one of datagrams receives there.</summary>
    public static Fd Listen(string path, int type) => Make(path, type, listens: true);

    /// <summary>A socket connected to the one at a path.</summary>
    /// <exception cref="LinuxException">Nobody listens there.</exception>
    public static Fd Connect(string path, int type) => Make(path, type, listens: false);

    /// <summary>
    /// Takes a connection of our own user's or root's; anybody else's is closed (SO_PEERCRED). Not open: none waits, or it was somebody
    /// else's.
    /// </summary>
    public static Fd Accept(int listener)
    {
        var connection = new Fd(accept4(listener, null, null, SOCK_CLOEXEC));
        if (!connection.IsOpen) return connection;
        ucred peer;
        uint size = (uint)sizeof(ucred);
        bool known = getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
        if (known && (peer.uid == 0 || peer.uid == unistd.geteuid())) return connection;
        connection.Dispose();
        return connection;
    }

    /// <summary>Sends a descriptor with a text (SCM_RIGHTS).</summary>
    public static void Send(int socket, int fd, string text, string path)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        fixed (byte* data = bytes)
        {
            iovec part = new() { iov_base = data, iov_len = bytes.Length };
            cmsghdr_fd control = new() { cmsg_len = cmsghdr_fd.Length, cmsg_level = SOL_SOCKET, cmsg_type = SCM_RIGHTS, fd = fd };
            msghdr message = new() { msg_iov = &part, msg_iovlen = 1, msg_control = &control, msg_controllen = sizeof(cmsghdr_fd) };
            LinuxException.Check((nint)syscall(SYS_sendmsg, socket, (nint)(&message), MSG_NOSIGNAL), "sendmsg", path);
        }
    }

    /// <summary>Connects, sends a descriptor with a text, and is done.</summary>
    public static void Give(string path, int fd, string text)
    {
        using Fd socket = Connect(path, SOCK_STREAM);
        Send(socket, fd, text, path);
    }

    private static Fd Make(string path, int type, bool listens)
    {
        Fd socket = SocketCalls.Open(AF_UNIX, type);
        Fd? directory = null;
        try
        {
            string name = path;
            bool isAbstract = path.StartsWith('@');
            if (!isAbstract && KernelText.Encode(path).Length >= PathSize)
            {
                string parent = Path.GetDirectoryName(CurrentDirectory.FullPath(path))!;
                directory = Fd.Open(parent, fcntl.O_PATH | fcntl.O_DIRECTORY);
                name = $"{Entry.Link(directory)}/{Path.GetFileName(path)}";
            }
            byte* address = stackalloc byte[sizeof(ushort) + PathSize];
            new Span<byte>(address, sizeof(ushort) + PathSize).Clear();
            *(ushort*)address = AF_UNIX;
            byte[] bytes = KernelText.Encode(name);
            bytes.CopyTo(new Span<byte>(address + sizeof(ushort), PathSize - 1));
            int length = bytes.Length;
            // A name outside the file system begins with a zero, and has no zero at its end (unix(7)).
            if (isAbstract) address[sizeof(ushort)] = 0;
            // bind(2) makes the file with the socket's own mode, so nobody else connects before the chmod, whatever the umask.
            if (listens && !isAbstract) LinuxException.Check((nint)syscall(SYS_fchmod, socket, (nint)OwnerOnly), "fchmod", path);
            LinuxException.Check(
                (nint)syscall(listens ? SYS_bind : SYS_connect, socket, (nint)address, sizeof(ushort) + length + (isAbstract ? 0 : 1)),
                listens ? "bind" : "connect", path);
            // The umask may have taken away even our own right.
            if (listens && !isAbstract) LinuxException.Check(sys_stat.chmod(name, OwnerOnly), "chmod", path);
            if (listens && type != SOCK_DGRAM) LinuxException.Check((nint)syscall(SYS_listen, socket, 1), "listen", path);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
        finally
        {
            directory?.Dispose();
        }
    }
}
