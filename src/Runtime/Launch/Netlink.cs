using System.Buffers.Binary;
using Minirun.Linux;
using static Minirun.Linux.sys_syscall;

namespace Minirun.Runtime.Launch;

/// <summary>A socket to the kernel's routing (rtnetlink(7)), of the network namespace of the thread that opens it.</summary>
internal sealed unsafe class Netlink : IDisposable
{
    public const ushort RTM_NEWLINK = 16, RTM_NEWADDR = 20, RTM_GETADDR = 22;
    public const ushort NLM_F_DUMP = 0x300, NLM_F_CREATE = 0x400, NLM_F_EXCL = 0x200;

    private const int AF_NETLINK = 16, SOCK_RAW = 3, HeaderSize = 16;
    private const ushort NLM_F_REQUEST = 1, NLM_F_ACK = 4, NLMSG_ERROR = 2, NLMSG_DONE = 3;

    private readonly int _fd =
        (int)LinuxException.Check(syscall(SYS_socket, AF_NETLINK, SOCK_RAW | sys_socket.SOCK_CLOEXEC, 0), "socket", "netlink");

    public void Dispose() => unistd.close(_fd);

    /// <summary>Sends one request and gives the messages that answer it, each without its header.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public List<byte[]> Ask(ushort type, ushort flags, ReadOnlySpan<byte> body, string what)
    {
        byte[] request = new byte[HeaderSize + body.Length];
        BinaryPrimitives.WriteInt32LittleEndian(request, request.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(request.AsSpan(4), type);
        BinaryPrimitives.WriteUInt16LittleEndian(request.AsSpan(6),
            (ushort)(flags | NLM_F_REQUEST | ((flags & NLM_F_DUMP) == NLM_F_DUMP ? 0 : NLM_F_ACK)));
        body.CopyTo(request.AsSpan(HeaderSize));
        fixed (byte* bytes = request)
            LinuxException.Check(syscall(SYS_sendto, _fd, (nint)bytes, request.Length, 0, 0, 0), "sendto", what);
        List<byte[]> answers = [];
        while (!Receive(answers, what)) { }
        return answers;
    }

    /// <summary>An attribute: length, type, value, filled up to a multiple of four.</summary>
    public static byte[] Attribute(ushort type, ReadOnlySpan<byte> value)
    {
        byte[] attribute = new byte[4 + value.Length + 3 & ~3];
        BinaryPrimitives.WriteUInt16LittleEndian(attribute, (ushort)(4 + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(attribute.AsSpan(2), type);
        value.CopyTo(attribute.AsSpan(4));
        return attribute;
    }

    private bool Receive(List<byte[]> answers, string what)
    {
        byte[] buffer = new byte[32768];
        nint length;
        fixed (byte* bytes = buffer)
            length = LinuxException.Check(syscall(SYS_recvfrom, _fd, (nint)bytes, buffer.Length, 0, 0, 0), "recvfrom", what);
        for (int at = 0; at + HeaderSize <= length;)
        {
            int size = BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(at));
            if (size < HeaderSize || at + size > length) break;
            ushort type = BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(at + 4));
            if (type == NLMSG_DONE) return true;
            if (type == NLMSG_ERROR)
            {
                int errno = -BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(at + HeaderSize));
                return errno == 0 ? true : throw new LinuxException("netlink", errno, what);
            }
            answers.Add(buffer[(at + HeaderSize)..(at + size)]);
            at += size + 3 & ~3;
        }
        return false;
    }
}
