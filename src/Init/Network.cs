using Minirun.Linux;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Init;

internal static unsafe class Network
{
    private const int SIOCSIFFLAGS = 0x8914;
    private const short IFF_UP = 1;

    /// <summary>Brings lo up in a new network namespace (netdevice(7)): struct ifreq is a name of 16 bytes, then the flags.</summary>
    public static bool LoopbackUp(Child* child)
    {
        nint socket = child->Call(SYS_socket, sys_socket.AF_INET, sys_socket.SOCK_DGRAM | sys_socket.SOCK_CLOEXEC, 0);
        if (socket < 0) return false;
        byte* request = stackalloc byte[40];
        for (int i = 0; i < 40; i++) request[i] = 0;
        request[0] = (byte)'l';
        request[1] = (byte)'o';
        *(short*)(request + 16) = IFF_UP;
        bool up = child->Try(SYS_ioctl, socket, SIOCSIFFLAGS, (nint)request);
        Child.Close(socket);
        return up;
    }
}
