using Minirun.Linux;
using Minirun.Linux.Calls;

namespace Minirun.Engine.Logs;

/// <summary>
/// The log of one running container, for a loop around poll(2): feed it what the container writes, poll <see cref="Descriptor"/> too, and
/// call <see cref="Work"/> when that is ready or <see cref="Due"/> has passed; leave the container's pipes alone while
/// <see cref="IsBehind"/>. One thread only.
/// </summary>
public sealed class ContainerLog
{
    private readonly ILogDriver _driver;
    private readonly LogStream _stdout, _stderr;
    private long _waited;

    /// <summary>Opens the driver.</summary>
    /// <exception cref="Minirun.Runtime.UserError">The other side must be there, and is not.</exception>
    public ContainerLog(LogConfig config, LogContext context)
    {
        ILogDriver driver = config.Kind.Open(config.Options, context);
        _driver = config.Mode.IsBlocking ? driver : new NonBlockingDriver(driver, config.Mode.Buffer);
        _stdout = new LogStream(LogSource.Stdout, _driver);
        _stderr = new LogStream(LogSource.Stderr, _driver);
    }

    /// <summary>Lines that did not get to where they should.</summary>
    public long Lost => _driver.Lost + _waited;

    /// <summary>Why the last of them did not, or why nothing gets there now.</summary>
    public string? Trouble => _driver.Trouble;

    /// <summary>Bytes that wait here.</summary>
    public int Waiting => _driver.Pending + _stdout.Bytes + _stderr.Bytes;

    public int Descriptor => _driver.Descriptor;

    public short Events => _driver.Events;

    public int Due => _driver.Due;

    public bool IsBehind => _driver.IsBehind || _stdout.Waits || _stderr.Waits;

    public void Feed(LogSource source, ReadOnlySpan<byte> data)
    {
        (source == LogSource.Stdout ? _stdout : _stderr).Feed(data);
        Work();
    }

    /// <summary>This stream is over: what is left of it is a line.</summary>
    public void End(LogSource source)
    {
        (source == LogSource.Stdout ? _stdout : _stderr).End();
        Work();
    }

    public void Work()
    {
        _driver.Work();
        // Until the driver waits for something, or we have nothing more: else nobody would wake us.
        while ((_stdout.Waits || _stderr.Waits) && !_driver.IsBehind)
        {
            _stdout.GoOn();
            _stderr.GoOn();
            _driver.Work();
        }
    }

    /// <summary>
    /// Waits at most so long (half of it in non-blocking mode) until all has been passed on. What was not is in <see cref="Lost"/>
    /// afterwards.
    /// </summary>
    public void Close(int milliseconds = 2000)
    {
        if (_driver is NonBlockingDriver) milliseconds /= 2;
        long until = time.Nanoseconds(time.CLOCK_MONOTONIC) + (milliseconds * 1_000_000L);
        _stdout.End();
        _stderr.End();
        Work();
        while (Waiting > 0)
        {
            long left = (until - time.Nanoseconds(time.CLOCK_MONOTONIC)) / 1_000_000;
            if (left <= 0) break;
            int due = _driver.Due;
            Poller.Await(_driver.Descriptor, _driver.Events, due < 0 ? (int)left : (int)Math.Min(left, due));
            Work();
        }
        _waited = _stdout.Lines + _stderr.Lines;
        _driver.Close();
    }
}
