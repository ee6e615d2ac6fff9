using Minirun.Linux;
using static Minirun.Linux.sys_socket;

namespace Minirun.Runtime.Lifecycle;

/// <summary>
/// Passes what the container says of its readiness (sd_notify(3)) on to whoever started minirun, as a message of ours: systemd takes them from the service's
/// main process only, and that is minirun.
/// </summary>
internal sealed unsafe class NotifyRelay(int socket, string target)
{
    private readonly byte[] _message = new byte[NotifyMessage.Longest];

    /// <summary>Readable when the container has said something.</summary>
    public int Fd => socket;

    public void Move()
    {
        nint length;
        fixed (byte* message = _message)
            for (int taken = 0; taken < NotifyMessage.MostAtOnce && (length = recv(socket, message, _message.Length, MSG_DONTWAIT | MSG_TRUNC)) > 0; taken++)
                if (length <= _message.Length) Send(_message.AsSpan(0, (int)length));
    }

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
