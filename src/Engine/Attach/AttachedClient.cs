using Minirun.Linux;
using Minirun.Linux.Calls;

namespace Minirun.Engine.Attach;

/// <summary>
/// One who is attached, as the server has him: what he has not taken yet, and how much of what he typed is still on its way.
/// </summary>
internal sealed class AttachedClient(Fd connection, PollSource source)
{
    private readonly Queue<byte[]> _kept = [];

    public int Descriptor => connection;

    /// <summary>What the server's loop waits for.</summary>
    public PollSource Source { get; } = source;

    /// <summary>How many of his messages the container has not taken; until then nothing more is read of him.</summary>
    public int Held { get; set; }

    /// <summary>The container ends with him.</summary>
    public bool Owns { get; set; }

    /// <summary>His connection is closed.</summary>
    public bool HasLeft { get; private set; }

    /// <summary>What he has not taken, in bytes.</summary>
    public int Waiting { get; private set; }

    public void Say(byte[] message)
    {
        if (Waiting == 0 && Sends(message)) return;
        _kept.Enqueue(message);
        Waiting += message.Length;
    }

    /// <summary>Sends what was kept for him, as far as he takes it.</summary>
    public void SendKept()
    {
        while (_kept.TryPeek(out byte[]? message) && Sends(message)) Waiting -= _kept.Dequeue().Length;
    }

    /// <summary>What he sent: its length; 0 when there is no more to come, -1 when nothing is there now.</summary>
    public int Receive(Span<byte> bytes)
    {
        int length = Io.Receive(connection, bytes);
        if (length >= 0) return length;
        // ECONNRESET: he went with something of ours unread. What he had sent comes after that.
        return Io.Error is Errno.EAGAIN or Errno.ECONNRESET ? -1 : 0;
    }

    public void Leave()
    {
        HasLeft = true;
        connection.Dispose();
    }

    /// <summary>False when it would have to wait. One who is gone is told nothing, and found later.</summary>
    private bool Sends(byte[] message) => Io.Send(connection, message) >= 0 || Io.Error != Errno.EAGAIN;
}
