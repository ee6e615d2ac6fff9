namespace Minirun.Linux.Calls;

/// <summary>Signals that are read, not handled (signalfd(2)); all our threads have them blocked (<see cref="RelayedSignals"/>).</summary>
public sealed class SignalFd : IDisposable
{
    private readonly Fd _fd;

    /// <param name="mask">Only some of them.</param>
    /// <exception cref="LinuxException">There is no descriptor left.</exception>
    public SignalFd(ulong mask = RelayedSignals.Mask) => _fd = new Fd(RelayedSignals.Open(mask));

    /// <summary>Readable when a signal waits; below 0 where they are not blocked: then they end us, as they do any program.</summary>
    public int Descriptor => _fd;

    /// <summary>Takes the next one; false when none waits.</summary>
    public unsafe bool TryRead(out signalfd_siginfo info)
    {
        fixed (signalfd_siginfo* place = &info)
        {
            *place = default;
            return Io.Read(_fd, new Span<byte>(place, sizeof(signalfd_siginfo))) == sizeof(signalfd_siginfo);
        }
    }

    public void Dispose() => _fd.Dispose();
}
