using Minirun.Linux.Calls;
using System.Runtime.InteropServices;
using Minirun.Linux;
using Minirun.Runtime.Spec;
using static Minirun.Linux.sys_socket;

namespace Minirun.Runtime.Lifecycle;

/// <summary>
/// Passes what the container says of its readiness (sd_notify(3)) on to whoever started minirun, as a message of ours: systemd takes them
/// from the service's main process only, and that is minirun.
/// </summary>
internal sealed unsafe class NotifyRelay(int socket, string target) : IDisposable
{
    private const int Patience = 1000;   // ms
    private readonly byte[] _message = new byte[NotifyMessage.Longest];
    private readonly ForeignMessages _said = new(socket, NotifyMessage.Longest);

    private byte[]? _kept;
    private int _target = -1;

    /// <summary>The container has said something; or whoever started us takes more of it. Until then no more is received.</summary>
    public pollfd Awaits => _kept is null
        ? new pollfd { fd = _said.Fd, events = poll.POLLIN }
        : new pollfd { fd = _target, events = poll.POLLOUT };

    public void Move()
    {
        nint length;
        for (int taken = 0; SendKept() && taken < NotifyMessage.MostAtOnce && (length = _said.Receive(_message)) > 0; taken++)
            _kept = NotifyMessage.Filter(_message.AsSpan(0, (int)length));
    }

    /// <summary>The container has ended: what it said last.</summary>
    public void Finish()
    {
        _said.Settle();
        Move();
        pollfd taken = Awaits;
        while (_kept is not null && poll.poll_(&taken, 1, Patience) > 0) Move();
    }

    public void Dispose() => _said.Dispose();

    /// <summary>False when it is not taken now: whoever waited for that would hear no signal.</summary>
    private bool SendKept()
    {
        if (_kept is not { } message) return true;
        try
        {
            if (_target < 0) _target = UnixSocket.Connect(target, SOCK_DGRAM);
            nint sent;
            fixed (byte* first = message) sent = send(_target, first, message.Length, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent < 0 && Marshal.GetLastPInvokeError() == Errno.EAGAIN) return false;
            unistd.close(_target);
        }
        catch (LinuxException)
        {
            // Nobody hears it: the container runs all the same.
        }
        (_kept, _target) = (null, -1);
        return true;
    }
}
