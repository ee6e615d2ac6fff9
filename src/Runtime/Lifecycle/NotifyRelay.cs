using Minirun.Linux;
using static Minirun.Linux.sys_socket;

namespace Minirun.Runtime.Lifecycle;

/// <summary>
/// Passes what the container says of its readiness (sd_notify(3)) on to whoever started minirun, as a message of ours: systemd takes them from the service's
/// main process only, and that is minirun.
/// </summary>
internal sealed unsafe class NotifyRelay(int socket, string target) : IDisposable
{
    private readonly byte[] _message = new byte[NotifyMessage.Longest];
    private readonly ForeignMessages _said = new(socket, NotifyMessage.Longest);

    /// <summary>Readable when the container has said something.</summary>
    public int Fd => _said.Fd;

    public void Move()
    {
        nint length;
        for (int taken = 0; taken < NotifyMessage.MostAtOnce && (length = _said.Receive(_message)) > 0; taken++) Send(_message.AsSpan(0, (int)length));
    }

    /// <summary>The container has ended: what it said last.</summary>
    public void Finish()
    {
        _said.Settle();
        Move();
    }

    public void Dispose() => _said.Dispose();

    private void Send(ReadOnlySpan<byte> said)
    {
        if (NotifyMessage.Filter(said) is not { } message) return;
        int fd;
        try
        {
            fd = UnixSocket.Connect(target, SOCK_DGRAM);
        }
        catch (LinuxException)
        {
            // Nobody hears it: the container runs all the same.
            return;
        }
        fixed (byte* first = message) send(fd, first, message.Length, MSG_NOSIGNAL);
        unistd.close(fd);
    }
}
