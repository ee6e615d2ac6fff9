using Minirun.Linux;
using Minirun.Linux.Calls;

namespace Minirun.Engine.Attach;

/// <summary>What became of something that was to be sent.</summary>
public enum AttachSent
{
    Taken,

    /// <summary>The monitor takes no more now.</summary>
    Full,

    /// <summary>The monitor is gone.</summary>
    Gone,
}

/// <summary>What there was to receive.</summary>
public enum AttachReceived
{
    Message,

    /// <summary>Nothing yet.</summary>
    Nothing,

    /// <summary>The monitor is gone.</summary>
    Gone,
}

/// <summary>One end of a connection to a container's monitor, that of who watches the container. Nothing here waits.</summary>
public sealed class AttachClient : IDisposable
{
    /// <summary>The most that one message has, in bytes.</summary>
    public const int MostInput = 4096;

    private const int Room = 65536;
    private readonly Fd _socket;
    private readonly byte[] _received = new byte[Room], _sent = new byte[1 + MostInput];

    private AttachClient(Fd socket) => _socket = socket;

    /// <summary>For poll(2).</summary>
    public int Descriptor => _socket;

    /// <summary>Connects to a monitor, which may have to be waited for: it lets so many in at a time.</summary>
    /// <exception cref="LinuxException">There is none.</exception>
    public static AttachClient Connect(string path) => new(UnixSocket.Connect(path, sys_socket.SOCK_SEQPACKET));

    /// <summary>The same where nothing is to be waited for; null: there is none, or it lets nobody in now.</summary>
    public static AttachClient? TryConnect(string path)
    {
        try
        {
            return new(UnixSocket.Connect(path, sys_socket.SOCK_SEQPACKET | sys_socket.SOCK_NONBLOCK));
        }
        catch (LinuxException)
        {
            return null;
        }
    }

    public AttachSent SendSize(ushort rows, ushort columns) => Send(AttachProtocol.Write(new AttachSize(rows, columns)));

    /// <param name="bytes">At most <see cref="MostInput"/>, and not empty.</param>
    public AttachSent SendInput(ReadOnlySpan<byte> bytes)
    {
        _sent[0] = (byte)AttachKind.Input;
        bytes.CopyTo(_sent.AsSpan(1));
        return Send(_sent.AsSpan(0, 1 + bytes.Length));
    }

    /// <summary>The container is to end when we do, however we end, unless we say <see cref="Leave"/>.</summary>
    public void Own() => Send([(byte)AttachKind.Owns]);

    /// <summary>The container is to stay when we go. A monitor that has much to read of us gets a moment for it.</summary>
    public void Leave(int milliseconds)
    {
        long deadline = Environment.TickCount64 + milliseconds;
        while (Send([(byte)AttachKind.Leaves]) == AttachSent.Full && Environment.TickCount64 < deadline)
            Poller.Await(_socket, poll.POLLOUT, (int)Math.Max(0, deadline - Environment.TickCount64));
    }

    public AttachSent SendEndOfInput() => Send([(byte)AttachKind.EndOfInput]);

    /// <param name="message">Its data is there until the next is received.</param>
    public AttachReceived Receive(out AttachMessage message)
    {
        message = default;
        int length = Io.Receive(_socket, _received);
        // What we sent last was never read, for the monitor had ended: the kernel says so first, and then gives what is there for us.
        if (length < 0 && Io.Error is Errno.EAGAIN or Errno.ECONNRESET) return AttachReceived.Nothing;
        if (length <= 0) return AttachReceived.Gone;
        message = AttachProtocol.Read(_received.AsMemory(0, length));
        return AttachReceived.Message;
    }

    /// <summary>How the container ended, when that is what a message says.</summary>
    public static AttachEnd? FindEnd(AttachMessage message) => AttachProtocol.ReadEnd(message);

    /// <summary>Waits for the monitor's first word, which it says to everybody; false when it does not say it in time.</summary>
    public bool AwaitWelcome(int milliseconds) =>
        Poller.Await(_socket, poll.POLLIN, milliseconds) && Receive(out _) == AttachReceived.Message;

    public void Dispose() => _socket.Dispose();

    private AttachSent Send(ReadOnlySpan<byte> message) =>
        Io.Send(_socket, message) >= 0 ? AttachSent.Taken : Io.Error == Errno.EAGAIN ? AttachSent.Full : AttachSent.Gone;
}
