using Minirun.Linux.Calls;
using System.Runtime.InteropServices;
using Minirun.Engine.Attach;
using Minirun.Engine.Life;
using Minirun.Engine.Records;
using Minirun.Linux;
using Minirun.Runtime.Lifecycle;

namespace Minirun.Engine.Monitor;

/// <summary>
/// Who watches a container now, each over a connection (<see cref="AttachMessage"/>). Nobody misses anything: while one is behind, the
/// container's output waits. What one types is read when the container has taken what came before.
/// </summary>
internal sealed unsafe class Attachments
{
    private const byte EndOfTransmission = 4;
    private const int MostAtOnce = 64, MostLeft = 1 << 20;   // clients, bytes

    private readonly List<Client> _clients = [];
    private readonly Queue<(Client From, byte[] Bytes)> _typed = [];
    private readonly EngineContainer _container;
    private readonly Action _knocked;
    private readonly byte[] _buffer = new byte[8192];
    private int _listener, _taken, _left;
    private (ushort Rows, ushort Columns)? _size;

    /// <param name="container">Whom they watch.</param>
    /// <param name="knocked">Done before one of them is welcome: what it reads of the container then is right.</param>
    public Attachments(EngineContainer container, Action knocked)
    {
        (_container, _knocked) = (container, knocked);
        unistd.unlink(container.AttachPath);
        _listener = UnixSocket.Listen(container.AttachPath, sys_socket.SOCK_SEQPACKET);
        ContainerStreams.SetNonblocking(_listener);
    }

    /// <summary>One of them has not taken what was for it.</summary>
    public bool IsBehind => Waiting > 0;

    /// <summary>The most that one of them has not taken, in bytes.</summary>
    public int Waiting
    {
        get
        {
            int most = 0;
            foreach (Client client in _clients) most = Math.Max(most, client.Waiting);
            return most;
        }
    }

    /// <summary>What was typed and the container has not taken yet.</summary>
    public bool HasInput => _typed.Count > 0;

    /// <summary>Passes on what was typed, as far as the container takes it.</summary>
    public void PassInput(ContainerStreams streams)
    {
        while (_typed.TryPeek(out var first))
        {
            if (first.Bytes.Length == 0) streams.EndInput();
            else if (!Pass(first.Bytes, streams)) return;
            _typed.Dequeue();
            _taken = 0;
            if (first.From.HasLeft) _left -= first.Bytes.Length;
            first.From.Held--;
        }
    }

    /// <summary>False when the container does not take all of it now.</summary>
    private bool Pass(byte[] typed, ContainerStreams streams)
    {
        // Nobody reads it any more: it is lost, as in a pipe.
        while (streams.Input >= 0 && _taken < typed.Length)
        {
            SignalKeys keys = streams.IsTerminal ? new(streams.Input) : default;
            nint count;
            fixed (byte* start = typed) count = unistd.write(streams.Input, start + _taken, typed.Length - _taken);
            if (count < 0) return Marshal.GetLastPInvokeError() != Errno.EAGAIN;
            ReadOnlySpan<byte> taken = typed.AsSpan(_taken, (int)count);
            _taken += (int)count;
            if (keys.Signal(taken) is not 0 and var number)
                EndingSignal.Typed(_container, number, SignalKeys.ForegroundGroup(streams.Input));
        }
        return true;
    }

    /// <summary>Says what to wait for; gives the number of entries filled.</summary>
    public int Prepare(Span<pollfd> fds)
    {
        fds[0] = new pollfd { fd = _clients.Count < MostAtOnce ? _listener : -1, events = poll.POLLIN };
        for (int i = 0; i < _clients.Count; i++)
        {
            Client client = _clients[i];
            short events = (short)((client.Held > 0 ? 0 : poll.POLLIN) | (client.Waiting == 0 ? 0 : poll.POLLOUT));
            fds[i + 1] = new pollfd { fd = client.Fd, events = events };
        }
        return _clients.Count + 1;
    }

    public const int Most = MostAtOnce + 1;

    public void Move(ReadOnlySpan<pollfd> fds, ContainerStreams streams)
    {
        for (int i = fds.Length - 1; i >= 1; i--)
        {
            Client client = _clients[i - 1];
            if ((fds[i].revents & ~poll.POLLIN) != 0) SendKept(client);
            if ((fds[i].revents & ~poll.POLLOUT) != 0 && !Receive(client, streams)) Remove(i - 1);
            // What it had sent before it went is the container's.
            else if ((fds[i].revents & poll.POLLHUP) != 0)
            {
                while (_left < MostLeft && Receive(client, streams)) { }
                Remove(i - 1);
            }
        }
        PassInput(streams);
        if (fds[0].revents != 0) Accept();
    }

    private void Remove(int at)
    {
        Client client = _clients[at];
        unistd.close(client.Fd);
        _clients.RemoveAt(at);
        client.HasLeft = true;
        foreach (var (from, bytes) in _typed)
            if (from == client) _left += bytes.Length;
    }

    /// <summary>Takes in those who wait at the door.</summary>
    public void Accept()
    {
        while (_clients.Count < MostAtOnce && (int)UnixSocket.Accept(_listener) is >= 0 and var connection)
        {
            ContainerStreams.SetNonblocking(connection);
            _knocked();
            // That we are there: a socket takes a connection also for a process that is stopped.
            Send(connection, [AttachMessage.Welcome]);
            _clients.Add(new Client { Fd = connection });
        }
    }

    /// <summary>The container has its ends. Its terminal has the size of whoever is attached, or was last, from the first moment.</summary>
    public void HandOver(ContainerStreams streams)
    {
        streams.HandedOver();
        Accept();
        foreach (Client client in _clients) Receive(client, streams);
        if (_size is var (rows, columns)) streams.Resize(rows, columns);
    }

    /// <summary>For all of them.</summary>
    public void Say(byte kind, ReadOnlySpan<byte> data)
    {
        if (_clients.Count == 0) return;
        byte[] message = [kind, .. data];
        foreach (Client client in _clients)
            if (client.Waiting > 0 || !Send(client.Fd, message)) client.Keep(message);
    }

    /// <summary>The container has ended, as its state says: with --rm that is gone before a slow one has read it.</summary>
    public void End(ContainerState state)
    {
        Span<byte> message = stackalloc byte[AttachMessage.EndLength];
        AttachMessage.WriteEnd(message, state.ExitCode, timeIsOver: state.Cause == "timeout", noMemory: state.OomKilled);
        Say(message[0], message[1..]);
    }

    /// <summary>Nobody new comes in.</summary>
    public void Close()
    {
        unistd.close(_listener);
        unistd.unlink(_container.AttachPath);
        _listener = -1;
    }

    /// <summary>
    /// Waits for those who are behind: what the container wrote last, and how it ended, is theirs, however slow they are. Whoever does this
    /// minds no container any more, and a signal ends it.
    /// </summary>
    public void Flush()
    {
        Span<pollfd> fds = stackalloc pollfd[Most];
        for (_clients.RemoveAll(IsDone); _clients.Count > 0; _clients.RemoveAll(IsDone))
        {
            for (int i = 0; i < _clients.Count; i++) fds[i] = new pollfd { fd = _clients[i].Fd, events = poll.POLLOUT };
            fixed (pollfd* first = fds) poll.poll_(first, (nuint)_clients.Count, -1);
            foreach (Client client in _clients) SendKept(client);
        }
    }

    private static bool IsDone(Client client)
    {
        if (client.Waiting == 0) unistd.close(client.Fd);
        return client.Waiting == 0;
    }

    private static void SendKept(Client client)
    {
        while (client.Kept.TryPeek(out byte[]? message) && Send(client.Fd, message)) client.Sent();
    }

    /// <summary>False when it would have to wait. One that is gone is told nothing, and found later.</summary>
    private static bool Send(int fd, byte[] message)
    {
        fixed (byte* start = message)
            return sys_socket.send(fd, start, message.Length, sys_socket.MSG_NOSIGNAL | sys_socket.MSG_DONTWAIT) >= 0
                || Marshal.GetLastPInvokeError() != Errno.EAGAIN;
    }

    /// <summary>False when it is gone, or has sent no more.</summary>
    private bool Receive(Client client, ContainerStreams streams)
    {
        nint length;
        fixed (byte* start = _buffer) length = sys_socket.recv(client.Fd, start, _buffer.Length, sys_socket.MSG_DONTWAIT);
        // ECONNRESET: it went with something of ours unread. What it had sent comes after that.
        if (length <= 0) return length < 0 && Marshal.GetLastPInvokeError() is Errno.EAGAIN or Errno.EINTR or Errno.ECONNRESET;
        switch (_buffer[0])
        {
            case AttachMessage.Input when length > 1 && streams.Input >= 0:
                Take(client, _buffer[1..(int)length]);
                break;
            case AttachMessage.Resize when AttachMessage.ReadSize(_buffer.AsSpan(0, (int)length)) is var (rows, columns):
                _size = (rows, columns);
                streams.Resize(rows, columns);
                break;
            case AttachMessage.EndOfInput:
                // A terminal is told by its key for that, which waits behind the others.
                Take(client, streams.IsTerminal ? [EndOfTransmission] : []);
                break;
        }
        return true;
    }

    private void Take(Client client, byte[] typed)
    {
        client.Held++;
        _typed.Enqueue((client, typed));
    }

    private sealed class Client
    {
        public int Fd;

        /// <summary>How much of what it sent the container has not taken; until then nothing more is read of it.</summary>
        public int Held;
        public bool HasLeft;
        public readonly Queue<byte[]> Kept = [];

        /// <summary>What it has not taken, in bytes.</summary>
        public int Waiting { get; private set; }

        public void Keep(byte[] message)
        {
            Kept.Enqueue(message);
            Waiting += message.Length;
        }

        public void Sent() => Waiting -= Kept.Dequeue().Length;
    }
}
