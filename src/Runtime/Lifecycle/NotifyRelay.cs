using System.Text;
using Minirun.Linux;
using static Minirun.Linux.sys_socket;

namespace Minirun.Runtime.Lifecycle;

/// <summary>
/// Passes what the container says of its readiness (sd_notify(3)) on to whoever started minirun, as a message of ours: systemd takes them from the service's
/// main process only, and that is minirun.
/// </summary>
internal sealed unsafe class NotifyRelay(int socket, string target)
{
    /// <summary>Where the container finds it: a name in its own /dev.</summary>
    public const string PathInside = "/dev/notify";

    private readonly byte[] _message = new byte[8192];

    /// <summary>Readable when the container has said something.</summary>
    public int Fd => socket;

    public void Move()
    {
        nint length;
        fixed (byte* message = _message)
            while ((length = recv(socket, message, _message.Length, MSG_DONTWAIT)) > 0) Send(_message.AsSpan(0, (int)length));
    }

    private void Send(ReadOnlySpan<byte> message)
    {
        // Pids of the container mean nothing outside, and descriptors to keep did not come along.
        var lines = new StringBuilder();
        foreach (string line in Encoding.UTF8.GetString(message).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            if (!line.StartsWith("MAINPID=", StringComparison.Ordinal) && !line.StartsWith("FDSTORE", StringComparison.Ordinal)) lines.Append(line).Append('\n');
        byte[] bytes = Encoding.UTF8.GetBytes(lines.ToString());
        if (bytes.Length == 0) return;
        int fd = UnixSocket.Connect(target, SOCK_DGRAM);
        fixed (byte* first = bytes) send(fd, first, bytes.Length, MSG_NOSIGNAL);
        unistd.close(fd);
    }
}
