using Minirun.Linux;
using Minirun.Linux.Calls;

namespace Minirun.Engine.Attach;

/// <summary>
/// Serves those who watch a container, each over a connection. Nobody misses anything: while one is behind, the container's output waits.
/// What one types is read when the container has taken what came before.
/// </summary>
internal sealed class AttachServer : IDisposable
{
    private const int MostAtOnce = 64, MostLeft = 1 << 20, Room = 8192;   // clients, bytes, bytes

    private readonly List<AttachedClient> _clients = [];
    private readonly Queue<(AttachedClient From, byte[] Bytes)> _typed = [];
    private readonly string _path;
    private readonly Poller _poller;
    private readonly Action _knocked;
    private readonly byte[] _buffer = new byte[Room];
    private readonly Fd _listener;
    private readonly PollSource _door;
    private int _taken, _left;
    private AttachSize? _size;

    /// <param name="path">Its socket.</param>
    /// <param name="poller">Of the loop that calls us: before it waits (<see cref="Prepare"/>), and after it (<see cref="Work"/>).</param>
    /// <param name="knocked">Done before one of them is welcome: what he reads of the container then is right.</param>
    /// <exception cref="LinuxException">The socket cannot be made.</exception>
    public AttachServer(string path, Poller poller, Action knocked)
    {
        (_path, _poller, _knocked) = (path, poller, knocked);
        unistd.unlink(path);
        _listener = UnixSocket.Listen(path, sys_socket.SOCK_SEQPACKET);
        Io.SetNonblocking(_listener);
        _door = poller.Add();
    }

    /// <summary>One of them has not taken what was for him.</summary>
    public bool IsBehind => Waiting > 0;

    /// <summary>The most that one of them has not taken, in bytes.</summary>
    public int Waiting
    {
        get
        {
            int most = 0;
            foreach (AttachedClient client in _clients) most = Math.Max(most, client.Waiting);
            return most;
        }
    }

    /// <summary>One with whom the container ends is gone.</summary>
    public bool IsAbandoned { get; private set; }

    /// <summary>What was typed and the container has not taken yet.</summary>
    public bool HasInput => _typed.Count > 0;

    /// <summary>Says what the loop is to wait for.</summary>
    public void Prepare()
    {
        _door.Descriptor = _clients.Count < MostAtOnce ? _listener : -1;
        foreach (AttachedClient client in _clients)
            client.Source.Events = (short)((client.Held > 0 ? 0 : poll.POLLIN) | (client.Waiting == 0 ? 0 : poll.POLLOUT));
    }

    /// <summary>Does what the loop has seen.</summary>
    public void Work(IAttachTarget container)
    {
        for (int i = _clients.Count - 1; i >= 0; i--)
        {
            AttachedClient client = _clients[i];
            int ready = client.Source.Ready;
            if ((ready & ~poll.POLLIN) != 0) client.SendKept();
            if ((ready & ~poll.POLLOUT) != 0 && !Receive(client, container)) Remove(i);
            // What he had sent before he went is the container's.
            else if ((ready & poll.POLLHUP) != 0)
            {
                while (_left < MostLeft && Receive(client, container)) { }
                Remove(i);
            }
        }
        PassInput(container);
        if (_door.IsReady) Accept();
    }

    /// <summary>Lets in those who wait at the door.</summary>
    public void Accept()
    {
        while (_clients.Count < MostAtOnce && UnixSocket.Accept(_listener) is { IsOpen: true } connection)
        {
            Io.SetNonblocking(connection);
            _knocked();
            var client = new AttachedClient(connection, _poller.Add(connection));
            // That we are there: a socket takes a connection also for a process that is stopped.
            client.Say([(byte)AttachKind.Welcome]);
            _clients.Add(client);
        }
    }

    /// <summary>A container is about to execute its command. Its terminal has the size of whoever is attached, or was last.</summary>
    public void HandOver(IAttachTarget container)
    {
        Accept();
        foreach (AttachedClient client in _clients) Receive(client, container);
        if (_size is var (rows, columns)) container.Resize(rows, columns);
    }

    /// <summary>Passes on what was typed, as far as the container takes it.</summary>
    public void PassInput(IAttachTarget container)
    {
        while (_typed.TryPeek(out var first))
        {
            if (!(first.Bytes.Length == 0 ? container.EndInput() : Pass(first.Bytes, container))) return;
            _typed.Dequeue();
            _taken = 0;
            if (first.From.HasLeft) _left -= first.Bytes.Length;
            first.From.Held--;
        }
    }

    /// <summary>For all of them.</summary>
    /// <param name="kind">Output or Error.</param>
    /// <param name="data">What the container wrote.</param>
    public void Say(AttachKind kind, ReadOnlySpan<byte> data)
    {
        if (_clients.Count > 0) Say(AttachProtocol.Write(kind, data));
    }

    /// <summary>The container has ended, as its state says: with --rm that is gone before a slow one has read it.</summary>
    public void Say(AttachEnd end) => Say(AttachProtocol.Write(end));

    /// <summary>Nobody new comes in.</summary>
    public void Close()
    {
        if (!_listener.IsOpen) return;
        _poller.Remove(_door);
        _listener.Dispose();
        unistd.unlink(_path);
    }

    /// <summary>
    /// Waits for those who are behind: what the container wrote last, and how it ended, is theirs, however slow they are. Whoever does this
    /// minds no container any more, and a signal ends it.
    /// </summary>
    public void Flush()
    {
        for (_clients.RemoveAll(IsDone); _clients.Count > 0; _clients.RemoveAll(IsDone))
        {
            var poller = new Poller();
            foreach (AttachedClient client in _clients) poller.Add(client.Descriptor, poll.POLLOUT);
            poller.Wait(-1);
            foreach (AttachedClient client in _clients) client.SendKept();
        }
    }

    public void Dispose()
    {
        Close();
        foreach (AttachedClient client in _clients) client.Leave();
        _clients.Clear();
    }

    private static bool IsDone(AttachedClient client)
    {
        if (client.Waiting == 0) client.Leave();
        return client.Waiting == 0;
    }

    private void Say(byte[] message)
    {
        foreach (AttachedClient client in _clients) client.Say(message);
    }

    /// <summary>False when the container does not take all of it now.</summary>
    private bool Pass(byte[] typed, IAttachTarget container)
    {
        // Nobody reads it any more: it is lost, as in a pipe.
        while (container.HasInput && _taken < typed.Length)
            if (container.Type(typed.AsSpan(_taken)) is { } count) _taken += count;
            else return false;
        return true;
    }

    private void Remove(int at)
    {
        AttachedClient client = _clients[at];
        _poller.Remove(client.Source);
        client.Leave();
        IsAbandoned |= client.Owns;
        _clients.RemoveAt(at);
        foreach (var (from, bytes) in _typed)
            if (from == client) _left += bytes.Length;
    }

    /// <summary>False when he is gone, or has sent no more.</summary>
    private bool Receive(AttachedClient client, IAttachTarget container)
    {
        int length = client.Receive(_buffer);
        if (length <= 0) return length < 0;
        AttachMessage message = AttachProtocol.Read(_buffer.AsMemory(0, length));
        switch (message.Kind)
        {
            case AttachKind.Input when length > 1 && container.HasInput:
                Take(client, message.Data.ToArray());
                break;
            case AttachKind.Resize when AttachProtocol.ReadSize(message) is { } size:
                _size = size;
                container.Resize(size.Rows, size.Columns);
                break;
            case AttachKind.EndOfInput:
                // It waits behind what was typed before.
                Take(client, []);
                break;
            case AttachKind.Owns or AttachKind.Leaves:
                client.Owns = message.Kind == AttachKind.Owns;
                break;
        }
        return true;
    }

    private void Take(AttachedClient client, byte[] typed)
    {
        client.Held++;
        _typed.Enqueue((client, typed));
    }
}
