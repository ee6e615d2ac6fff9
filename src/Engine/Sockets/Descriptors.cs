using Minirun.Linux.Calls;

namespace Minirun.Engine.Sockets;

/// <summary>Calls on descriptors that may well fail: they give errno, or 0.</summary>
internal static class Descriptors
{
    public static int Write(int descriptor, ReadOnlySpan<byte> bytes, out int written) => Result(Io.Write(descriptor, bytes), out written);

    public static int Send(int socket, ReadOnlySpan<byte> bytes, out int sent) => Result(Io.Send(socket, bytes), out sent);

    public static int Receive(int socket, Span<byte> bytes, out int received) => Result(Io.Receive(socket, bytes), out received);

    private static int Result(int result, out int count)
    {
        count = Math.Max(0, result);
        return result < 0 ? Io.Error : 0;
    }
}
