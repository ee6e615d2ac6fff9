using System.Runtime.InteropServices;
using System.Text;
using Minirun.Linux;

namespace Minirun.Probe;

/// <summary>Speaks to the service manager, as sd_notify(3) does.</summary>
internal static unsafe partial class Notify
{
    private const int PathLength = 108;   // sun_path

    public static int Send(string[] variables)
    {
        string path = Environment.GetEnvironmentVariable("NOTIFY_SOCKET") ?? throw new IOException("NOTIFY_SOCKET is not set");
        byte[] name = Encoding.UTF8.GetBytes(path);
        if (name.Length >= PathLength) throw new IOException("NOTIFY_SOCKET is too long");
        if (name[0] == '@') name[0] = 0;   // of the abstract names
        byte* address = stackalloc byte[2 + PathLength];
        *(ushort*)address = sys_socket.AF_UNIX;
        name.CopyTo(new Span<byte>(address + 2, PathLength));
        int fd = (int)LinuxException.Check(socket(sys_socket.AF_UNIX, sys_socket.SOCK_DGRAM | sys_socket.SOCK_CLOEXEC, 0), "socket");
        LinuxException.Check(connect(fd, address, (uint)(2 + name.Length)), "connect", path);
        byte[] message = Encoding.UTF8.GetBytes(string.Join('\n', variables));
        fixed (byte* start = message) LinuxException.Check(sys_socket.send(fd, start, message.Length, 0), "send", path);
        return 0;
    }

    [LibraryImport("libc", SetLastError = true)] private static partial int socket(int domain, int type, int protocol);
    [LibraryImport("libc", SetLastError = true)] private static partial int connect(int fd, byte* address, uint length);
}
