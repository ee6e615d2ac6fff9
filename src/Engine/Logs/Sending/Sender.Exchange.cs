using System.Buffers.Binary;
using System.Text;
using Minirun.Engine.Sockets;
using Minirun.Linux;
using static Minirun.Linux.time;

namespace Minirun.Engine.Logs.Sending;

/// <summary>The part about an open connection.</summary>
internal sealed partial class Sender
{
    private const int Count = 4;
    private byte[] _received = [];
    private int _receivedLength;

    /// <summary>Bytes that were sent and stay until they are acknowledged.</summary>
    private int _unacknowledged;

    private void SendStream()
    {
        while (Unsent > 0)
        {
            int errno = Descriptors.Send(_connection.Descriptor, _queue.All[_unacknowledged..], out int sent);
            if (errno == Errno.EAGAIN) return;
            if (errno != 0)
            {
                Fail(errno);
                return;
            }
            _failures = 0;
            if (Acknowledger is not null || _connection.Acknowledges)
            {
                _unacknowledged += sent;
                if (Acknowledger is not null && _due == 0) _due = Nanoseconds(CLOCK_MONOTONIC) + AcknowledgeTimeout;
                continue;
            }
            _queue.Take(sent);
            Trouble = null;
        }
    }

    private void SendDatagrams()
    {
        while (_queue.Count > 0)
        {
            int errno = Descriptors.Send(_connection.Descriptor, _queue.First, out _);
            if (errno == Errno.EMSGSIZE && SendOversize is not null) errno = SendOversize(_connection.Descriptor, _queue);
            if (errno == Errno.EAGAIN) return;
            if (errno != 0 && endpoint.IsLocal && errno != Errno.EMSGSIZE)
            {
                // The socket's owner has gone; another may come.
                Fail(errno);
                return;
            }
            if (errno != 0) Bounced(errno);
            // That is about the datagram before, and this one has not been sent.
            if (errno == Errno.ECONNREFUSED) continue;
            _failures = 0;
            _queue.TakeFirst();
        }
    }

    private void Bounced(int errno)
    {
        Trouble = $"{endpoint}: {Errno.Describe(errno)}";
        Lost++;
    }

    /// <summary>
    /// Notices that the other side has gone, which a first send after that does not, and takes errors from the socket: poll(2) would report
    /// them again and again.
    /// </summary>
    private bool Receive()
    {
        if (_received.Length == 0) _received = new byte[512];
        while (true)
        {
            int errno = Descriptors.Receive(_connection.Descriptor, _received.AsSpan(_receivedLength), out int length);
            if (errno == Errno.EAGAIN) return Unacknowledged() || Fail(Errno.ETIMEDOUT);
            if (endpoint.IsStream ? errno != 0 || length == 0 : errno != 0 && endpoint.IsLocal)
            {
                if (_connection.Acknowledges && _receivedLength > Count)
                    _connection.Reason = Encoding.UTF8.GetString(_received, Count, _receivedLength - Count);
                _receivedLength = 0;
                return Fail(errno);
            }
            if (errno != 0) Bounced(errno);
            if (!endpoint.IsStream) continue;
            _receivedLength += length;
            if (_connection.Acknowledges) TakeCounts();
            else Acknowledge();
        }
    }

    private bool Unacknowledged() => Acknowledger is null || _unacknowledged == 0 || _due == 0 || Nanoseconds(CLOCK_MONOTONIC) < _due;

    /// <summary>So many bytes have gone where they should. Nothing, and then words: no more will go.</summary>
    private void TakeCounts()
    {
        int taken = 0;
        for (; _receivedLength - taken >= Count; taken += Count)
        {
            int count = BinaryPrimitives.ReadInt32LittleEndian(_received.AsSpan(taken));
            if (count <= 0 || count > _unacknowledged) break;
            _queue.Take(count);
            _unacknowledged -= count;
            Trouble = null;
        }
        _receivedLength -= taken;
        _received.AsSpan(taken, _receivedLength).CopyTo(_received);
        // Words longer than that are cut.
        if (_receivedLength == _received.Length) _receivedLength--;
    }

    private void Acknowledge()
    {
        while (_receivedLength > 0 && Acknowledger is not null && _unacknowledged > 0)
        {
            int used = Acknowledger(_received.AsSpan(0, _receivedLength), _queue.First, out bool acknowledged);
            if (used == 0) break;
            _receivedLength -= used;
            _received.AsSpan(used, _receivedLength).CopyTo(_received);
            if (!acknowledged) continue;
            _unacknowledged -= _queue.First.Length;
            _queue.TakeFirst();
            Trouble = null;
            _due = _unacknowledged > 0 ? Nanoseconds(CLOCK_MONOTONIC) + AcknowledgeTimeout : 0;
        }
        // Nothing that we understand is that long.
        if (Acknowledger is null || _receivedLength == _received.Length) _receivedLength = 0;
    }
}
