using System.Buffers.Binary;
using System.Net;
using System.Text;
using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Engine.Sockets;

/// <summary>struct sockaddr of each family, as bytes.</summary>
internal static class SocketAddress
{
    private const int LongestPath = 107;

    public static byte[] Path(string path)
    {
        byte[] name = Encoding.UTF8.GetBytes(path);
        if (name.Length > LongestPath)
            throw new UserError($"{path}: too long for a socket (at most {LongestPath} bytes)",
                "give a shorter path: a symbolic link will do");
        byte[] address = new byte[2 + name.Length + 1];
        address[0] = sys_socket.AF_UNIX;
        name.CopyTo(address, 2);
        return address;
    }

    public static byte[] Internet(IPAddress host, int port)
    {
        byte[] number = host.GetAddressBytes();
        bool isSix = number.Length == 16;
        byte[] address = new byte[isSix ? 28 : 16];
        address[0] = (byte)(isSix ? sys_socket.AF_INET6 : sys_socket.AF_INET);
        BinaryPrimitives.WriteUInt16BigEndian(address.AsSpan(2), (ushort)port);
        number.CopyTo(address, isSix ? 8 : 4);
        if (isSix) BinaryPrimitives.WriteUInt32LittleEndian(address.AsSpan(24), (uint)host.ScopeId);
        return address;
    }
}
