using Minirun.Engine.Sockets;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using static Minirun.Linux.time;

namespace Minirun.Engine.Logs.Sending;

/// <summary>
/// Sends records over one socket and never waits: what cannot go yet is kept, a lost connection is made again. While the other side is
/// there but slow, <see cref="IsBehind"/> asks the container to wait; while it is away, lines beyond the limit are given up, and counted.
/// </summary>
/// <param name="limit">Bytes that may be kept.</param>
/// <param name="tls">How, for an endpoint with TLS.</param>
internal sealed partial class Sender(Endpoint endpoint, Retry retry, int limit, TlsOptions? tls = null)
{
    public const int DefaultLimit = 64 * 1024;
    private const long ConnectTimeout = 5_000_000_000, AcknowledgeTimeout = 30_000_000_000;
    // What was sent is shifted away after 64 KiB.
    private readonly RecordQueue _queue = new(limit + (96 * 1024));
    private readonly Connection _connection = tls is null ? new Connection(endpoint) : new TlsConnection(endpoint, tls);
    private int _failures;
    private long _due, _opened;

    /// <summary>Sends a record that is too long for a datagram in some other way; gives errno, or 0.</summary>
    public Func<int, RecordQueue, int>? SendOversize { get; init; }

    /// <summary>
    /// Looks for acknowledgements in what the other side sends, and says how many bytes it understood. A record stays until it is
    /// acknowledged.
    /// </summary>
    public Acknowledger? Acknowledger { get; init; }

    public long Lost { get; private set; }

    public string? Trouble { get; private set; }

    public int Pending => _queue.Bytes;

    public bool IsBehind => _connection.IsOpen && _queue.Bytes > limit;

    public int Descriptor => _connection.Descriptor;

    public short Events => !_connection.IsOpen ? (short)0
        : _connection.IsConnecting ? _connection.Awaits
        : (short)((endpoint.IsStream ? poll.POLLIN : 0) | (Unsent > 0 ? poll.POLLOUT : 0));

    public int Due =>
        _queue.Bytes == 0 || _due == 0 ? -1 : (int)Math.Clamp(((_due - Nanoseconds(CLOCK_MONOTONIC)) / 1_000_000) + 1, 0, int.MaxValue);

    private int Unsent => _queue.Bytes - _unacknowledged;

    public ByteWriter Begin() => _queue.Begin();

    public void Commit()
    {
        if (_connection.IsOpen || _queue.Bytes <= limit || _queue.Count == 0)
        {
            _queue.Commit();
            return;
        }
        _queue.Cancel();
        Lost++;
    }

    /// <summary>For a record that cannot be sent at all.</summary>
    public void GiveUp(string reason)
    {
        _queue.Cancel();
        Lost++;
        Trouble = reason;
    }

    /// <summary>Connects before anything is sent, for drivers whose other side must be there at the start.</summary>
    /// <exception cref="UserError">It is not.</exception>
    public void Require(string driver)
    {
        int errno = _connection.Open();
        while (errno == 0 && _connection.IsConnecting)
        {
            errno = Poller.Await(_connection.Descriptor, _connection.Awaits, (int)(ConnectTimeout / 1_000_000))
                ? _connection.Finish()
                : Errno.ETIMEDOUT;
        }
        if (errno == 0) return;
        _connection.Close();
        string reason = _connection.Reason ?? "connect: " + Errno.Describe(errno);
        throw new UserError($"failed to initialize logging driver: {driver}: {endpoint}: {reason}",
            $"does it listen there? --log-opt {driver}-address=… names another place");
    }

    /// <summary>Sends as much as goes without waiting.</summary>
    public void Work()
    {
        if (!_connection.IsOpen && !TryOpen()) return;
        if (_connection.IsConnecting && !TryFinish()) return;
        if (!Receive()) return;
        if (endpoint.IsStream) SendStream();
        else SendDatagrams();
    }

    public void Close()
    {
        if (_connection.IsOpen && !endpoint.IsStream) Receive();
        Lost += _queue.Count;
        if (_queue.Count > 0) Trouble ??= $"{endpoint}: did not take all lines in time";
        _queue.Clear();
        _unacknowledged = 0;
        _connection.Close();
    }

    private bool TryOpen()
    {
        if (_queue.Bytes == 0 || Nanoseconds(CLOCK_MONOTONIC) < _due) return false;
        _opened = Nanoseconds(CLOCK_MONOTONIC);
        int errno = _connection.Open();
        if (errno != 0) return Fail(errno);
        _due = _connection.IsConnecting ? Nanoseconds(CLOCK_MONOTONIC) + ConnectTimeout : 0;
        return true;
    }

    private bool TryFinish()
    {
        if (!Poller.IsReady(_connection.Descriptor, _connection.Awaits))
            return Nanoseconds(CLOCK_MONOTONIC) >= _due && Fail(Errno.ETIMEDOUT);
        int errno = _connection.Finish();
        if (errno != 0) return Fail(errno);
        if (_connection.IsConnecting) return false;
        _due = 0;
        return true;
    }

    /// <summary>Always false.</summary>
    private bool Fail(int errno)
    {
        _connection.Close();
        _unacknowledged = 0;
        _queue.Rewind();
        Trouble = $"{endpoint}: {_connection.Reason ?? (errno == 0 ? "closed by the other side" : Errno.Describe(errno))}";
        _connection.Reason = null;
        // At once if it has held for a while: who takes connections and ends them would keep us busy.
        long now = Nanoseconds(CLOCK_MONOTONIC);
        _due = now + (_failures++ == 0 && errno == 0 && now - _opened >= retry.Delay ? 0 : retry.Delay);
        if (retry.Attempts == 0 || _failures <= retry.Attempts) return false;
        Lost += _queue.Count;
        _queue.Clear();
        _failures = 0;
        return false;
    }
}
