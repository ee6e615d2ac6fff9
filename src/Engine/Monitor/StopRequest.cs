using Minirun.Engine.Execution;
using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;

namespace Minirun.Engine.Monitor;

/// <summary>
/// Signals to the monitor itself, as systemd sends them to all of a unit, or a user who found it in ps: they are meant for the container,
/// which is stopped as `minirun stop` does it. The kernel's own says that a child has ended. All threads have them blocked
/// (<see cref="RelayedSignals"/>).
/// </summary>
internal sealed class StopRequest : IDisposable
{
    private readonly EngineContainer _container;
    private readonly SignalFd _signals;
    private long _killAt = long.MaxValue;
    private bool _childEnded;

    public StopRequest(EngineContainer container)
    {
        _container = container;
        ulong mask = signal.Bit(signal.SIGCHLD) | signal.Bit(signal.SIGTERM) | signal.Bit(signal.SIGINT)
            | signal.Bit(signal.SIGHUP) | signal.Bit(signal.SIGQUIT);
        _signals = new SignalFd(mask);
    }

    /// <summary>Readable when there is one.</summary>
    public int Descriptor => _signals.Descriptor;

    /// <summary>Milliseconds until it is killed; below 0: it is not.</summary>
    public long Due => _killAt == long.MaxValue ? -1 : Math.Max(0, _killAt - Environment.TickCount64);

    /// <summary>Whether the end was asked for; then the container does not start again either.</summary>
    public bool Take()
    {
        bool any = false;
        while (_signals.TryRead(out signalfd_siginfo info))
            if (info.ssi_signo == signal.SIGCHLD) _childEnded = true;
            else any = true;
        if (any) StopNote.Write(_container);
        return any;
    }

    /// <summary>Passes on what came, and kills who takes too long over it.</summary>
    /// <param name="ready">Whether there is a signal.</param>
    /// <param name="driver">The container's.</param>
    /// <param name="held">The container.</param>
    public void Work(bool ready, IExecutionDriver driver, HeldContainer held)
    {
        if (ready && Take())
        {
            int number = SignalName.Parse(_container.Config.StopSignal);
            bool isDropped = DroppedSignal.Is(number, held.First.Pid);
            if (isDropped) StopNote.Write(_container, number);
            Send(driver, held, isDropped ? signal.SIGKILL : number);
            if (_container.Config.StopTimeout >= 0)
                _killAt = Math.Min(_killAt, Environment.TickCount64 + _container.Config.StopTimeout * 1000L);
        }
        if (_childEnded)
        {
            _childEnded = false;
            Strays.Collect(held.First.Pid);
        }
        if (Environment.TickCount64 < _killAt) return;
        Send(driver, held, signal.SIGKILL);
        _killAt = long.MaxValue;
    }

    public void Dispose() => _signals.Dispose();

    /// <summary>Nobody is there to hear of an error: whoever looks why the container does not end will find the reason.</summary>
    internal static void Send(IExecutionDriver driver, HeldContainer held, int number)
    {
        try
        {
            driver.Kill(held, number);
        }
        catch (LinuxException)
        {
            // It is not ours to signal (EPERM).
        }
    }
}
