using Minirun.Engine.Life;
using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime.Lifecycle;
using Minirun.Runtime.Spec;

namespace Minirun.Engine.Monitor;

/// <summary>
/// Tells the service manager of a container's readiness: what the container says to its own socket, or that its check has found it well.
/// For the monitor's loop. The container may say whatever it likes as often as it likes: the manager hears what has a meaning, and so much
/// a second.
/// </summary>
internal sealed class ContainerNotify : IDisposable
{
    private const int MostPerSecond = 20, Second = 1000;   // ms
    private const uint Everybody = 0x1b6; // 0666: whoever the command is
    private readonly string? _path;
    private readonly ForeignMessages? _said;
    private readonly byte[] _buffer = new byte[NotifyMessage.Longest];
    private byte[]? _kept;
    private bool _isReady;
    private long _since;
    private int _passed;

    private ContainerNotify(string? path)
    {
        if (path is null) return;
        _path = path;
        unistd.unlink(path);
        using Fd socket = UnixSocket.Listen(path, sys_socket.SOCK_DGRAM);
        LinuxException.Check(sys_stat.chmod(path, Everybody), "chmod", path);
        _said = new(socket.Release(), NotifyMessage.Longest);
    }

    /// <param name="mode">Of --sdnotify; null: nobody is to hear of it.</param>
    public static ContainerNotify? Of(EngineContainer container, string? mode) =>
        mode switch { SdNotify.Container => new(NotifyMount.SocketOf(container)), SdNotify.Healthy => new(null), _ => null };

    /// <summary>
    /// Says what to wait for: the manager's queue has room, or the container says something. One that says too much waits.
    /// </summary>
    public void Prepare(PollSource source) =>
        (source.Descriptor, source.Events) = _kept is not null
            ? (MonitorProcess.ManagerFd, poll.POLLOUT)
            : (Due < 0 && _said is not null ? _said.Fd : -1, poll.POLLIN);

    /// <summary>Milliseconds until the container is heard again; below 0: it is.</summary>
    public int Due => _passed < MostPerSecond || _since + Second - Environment.TickCount64 is not (> 0 and var left) ? -1 : (int)left;

    public void Work()
    {
        if (_kept is { } kept)
        {
            _kept = null;
            Pass(kept);
        }
        while (_said is not null && _kept is null && Due < 0)
        {
            nint length = _said.Receive(_buffer);
            if (length < 0) return;
            if (Environment.TickCount64 - _since >= Second) (_since, _passed) = (Environment.TickCount64, 0);
            _passed++;
            if (NotifyMessage.Filter(_buffer.AsSpan(0, (int)length)) is { } message) Pass(message);
        }
    }

    /// <summary>The container has ended: what it said last.</summary>
    public void Finish()
    {
        _said?.Settle();
        Work();
    }

    /// <summary>Its check has found it well: the first time is news. Not where it speaks for itself.</summary>
    public void IsWell()
    {
        if (_isReady || _said is not null) return;
        _isReady = true;
        Pass("READY=1\n"u8.ToArray());
    }

    public void Dispose()
    {
        if (_said is null) return;
        _said.Dispose();
        unistd.unlink(_path!);
    }

    /// <summary>One for which there is no room waits. A manager that is gone hears nothing.</summary>
    private void Pass(byte[] message)
    {
        if (Io.Send(MonitorProcess.ManagerFd, message) < 0 && Io.IsEmpty) _kept = message;
    }
}
