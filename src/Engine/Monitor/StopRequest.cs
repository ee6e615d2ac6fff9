using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Engine.Monitor;

/// <summary>
/// Signals to the monitor itself, as systemd sends them to all of a unit, or a user who found it in ps: they are meant for the container,
/// which is stopped as `minirun stop` does it. The kernel's own says that a child has ended. All threads have them blocked
/// (<see cref="RelayedSignals"/>).
/// </summary>
internal sealed unsafe class StopRequest : IDisposable
{
    private readonly EngineContainer _container;
    private long _killAt = long.MaxValue;
    private bool _childEnded;

    public StopRequest(EngineContainer container)
    {
        _container = container;
        ulong mask = signal.Bit(signal.SIGCHLD) | signal.Bit(signal.SIGTERM) | signal.Bit(signal.SIGINT)
            | signal.Bit(signal.SIGHUP) | signal.Bit(signal.SIGQUIT);
        Descriptor = RelayedSignals.Open(mask);
    }

    /// <summary>Readable when there is one.</summary>
    public int Descriptor { get; }

    /// <summary>Milliseconds until it is killed; below 0: it is not.</summary>
    public long Due => _killAt == long.MaxValue ? -1 : Math.Max(0, _killAt - Environment.TickCount64);

    /// <summary>Whether the end was asked for; then the container does not start again either.</summary>
    public bool Take()
    {
        signalfd_siginfo info;
        bool any = false;
        while (unistd.read(Descriptor, &info, sizeof(signalfd_siginfo)) == sizeof(signalfd_siginfo))
            if (info.ssi_signo == signal.SIGCHLD) _childEnded = true;
            else any = true;
        if (any) StopNote.Write(_container);
        return any;
    }

    /// <summary>Passes on what came, and kills who takes too long over it.</summary>
    /// <param name="ready">Whether there is a signal.</param>
    /// <param name="pid">The container's first process.</param>
    /// <param name="pidfd">The same.</param>
    public void Work(bool ready, int pid, int pidfd)
    {
        if (ready && Take())
        {
            int number = SignalName.Parse(_container.Config.StopSignal);
            bool isDropped = DroppedSignal.Is(number, pid);
            if (isDropped) StopNote.Write(_container, number);
            Send(pidfd, isDropped ? signal.SIGKILL : number);
            if (_container.Config.StopTimeout >= 0)
                _killAt = Math.Min(_killAt, Environment.TickCount64 + _container.Config.StopTimeout * 1000L);
        }
        if (_childEnded)
        {
            _childEnded = false;
            Strays.Collect(pid);
        }
        if (Environment.TickCount64 < _killAt) return;
        Send(pidfd, signal.SIGKILL);
        _killAt = long.MaxValue;
    }

    public void Dispose() => unistd.close(Descriptor);

    private static void Send(int pidfd, int number) => sys_syscall.syscall(sys_syscall.SYS_pidfd_send_signal, pidfd, number, 0, 0);
}
