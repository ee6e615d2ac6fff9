using System.Runtime.InteropServices;
using Minirun.Linux;

namespace Minirun.Engine.Sockets;

/// <summary>Calls on descriptors that may well fail: they give errno, or 0.</summary>
internal static unsafe class Descriptors
{
    public static int Write(int descriptor, ReadOnlySpan<byte> bytes, out int written)
    {
        fixed (byte* start = bytes) return Result(unistd.write(descriptor, start, bytes.Length), out written);
    }

    public static int Send(int socket, ReadOnlySpan<byte> bytes, out int sent)
    {
        fixed (byte* start = bytes)
            return Result(sys_socket.send(socket, start, bytes.Length, sys_socket.MSG_NOSIGNAL | sys_socket.MSG_DONTWAIT), out sent);
    }

    public static int Receive(int socket, Span<byte> bytes, out int received)
    {
        fixed (byte* start = bytes) return Result(sys_socket.recv(socket, start, bytes.Length, sys_socket.MSG_DONTWAIT), out received);
    }

    private static int Result(nint result, out int count)
    {
        count = (int)Math.Max(0, result);
        return result < 0 ? Marshal.GetLastPInvokeError() : 0;
    }
}
