using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Minirun.Engine.Containers;
using Minirun.Linux;
using Minirun.Runtime.Lifecycle;

namespace Minirun.Engine.Monitor;

/// <summary>
/// Who watches a container now. Each has a connection (SOCK_SEQPACKET): a message is a byte that says what it is, and the data. Nobody misses
/// anything: while one is behind, the container's output waits.
/// </summary>
internal sealed unsafe class Attachments : IDisposable
{
    public const byte Input = 0, Output = 1, Error = 2, Ended = 3, Resize = 4, EndOfInput = 5, Welcome = 6;
    private const int MostAtOnce = 64;

    private readonly List<Client> _clients = [];
    private readonly EngineContainer _container;
    private readonly Action _knocked;
    private readonly byte[] _buffer = new byte[8192];
    private int _listener;
    private byte[]? _input;
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
    public bool IsBehind
    {
        get
        {
            foreach (Client client in _clients)
                if (client.Kept is not null) return true;
            return false;
        }
    }

    /// <summary>What was typed and the container has not taken yet.</summary>
    public bool HasInput => _input is not null;

    /// <summary>Passes on what was typed, as far as the container takes it.</summary>
    public void PassInput(ContainerStreams streams)
    {
        while (_input is { } input)
        {
            SignalKeys keys = streams.IsTerminal ? new(streams.Input) : default;
            nint count;
            fixed (byte* start = input) count = streams.Input < 0 ? input.Length : unistd.write(streams.Input, start, input.Length);
            if (count < 0 && Marshal.GetLastPInvokeError() == Errno.EAGAIN) return;
            // Nobody reads it any more: it is lost, as in a pipe.
            _input = count < 0 || count == input.Length ? null : input[(int)count..];
            if (count > 0 && keys.Signal(input.AsSpan(0, (int)count)) is not 0 and var number)
                EndingSignal.Typed(_container, number, SignalKeys.ForegroundGroup(streams.Input));
        }
    }

    /// <summary>Says what to wait for; gives the number of entries filled.</summary>
    public int Prepare(Span<pollfd> fds)
    {
        fds[0] = new pollfd { fd = _clients.Count < MostAtOnce ? _listener : -1, events = poll.POLLIN };
        for (int i = 0; i < _clients.Count; i++)
            fds[i + 1] = new pollfd { fd = _clients[i].Fd, events = (short)((HasInput ? 0 : poll.POLLIN) | (_clients[i].Kept is null ? 0 : poll.POLLOUT)) };
        return _clients.Count + 1;
    }

    public const int Most = MostAtOnce + 1;

    public void Move(ReadOnlySpan<pollfd> fds, ContainerStreams streams)
    {
        for (int i = fds.Length - 1; i >= 1; i--)
        {
            Client client = _clients[i - 1];
            if ((fds[i].revents & poll.POLLOUT) != 0 && client.Kept is { } kept && Send(client.Fd, kept)) client.Kept = null;
            if ((fds[i].revents & (poll.POLLIN | poll.POLLHUP | poll.POLLERR)) != 0 && !Receive(client, streams))
            {
                unistd.close(client.Fd);
                _clients.RemoveAt(i - 1);
            }
        }
        if (fds[0].revents != 0) Accept();
    }

    /// <summary>Takes in those who wait at the door.</summary>
    public void Accept()
    {
        while (_clients.Count < MostAtOnce && UnixSocket.Accept(_listener) is >= 0 and var connection)
        {
            ContainerStreams.SetNonblocking(connection);
            _knocked();
            // That we are there: a socket takes a connection also for a process that is stopped.
            Send(connection, [Welcome]);
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
            if (!Send(client.Fd, message)) client.Kept = message;
    }

    /// <summary>The container has ended.</summary>
    public void End(int status)
    {
        Span<byte> code = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(code, status);
        Say(Ended, code);
    }

    public void Dispose()
    {
        foreach (Client client in _clients) unistd.close(client.Fd);
        _clients.Clear();
        unistd.close(_listener);
        unistd.unlink(_container.AttachPath);
        _listener = -1;
    }

    /// <summary>False when it would have to wait. One that is gone is told nothing, and found later.</summary>
    private static bool Send(int fd, byte[] message)
    {
        fixed (byte* start = message)
            return sys_socket.send(fd, start, message.Length, sys_socket.MSG_NOSIGNAL | sys_socket.MSG_DONTWAIT) >= 0 || Marshal.GetLastPInvokeError() != Errno.EAGAIN;
    }

    /// <summary>False when it is gone.</summary>
    private bool Receive(Client client, ContainerStreams streams)
    {
        nint length;
        fixed (byte* start = _buffer) length = sys_socket.recv(client.Fd, start, _buffer.Length, sys_socket.MSG_DONTWAIT);
        if (length <= 0) return length < 0 && Marshal.GetLastPInvokeError() is Errno.EAGAIN or Errno.EINTR;
        switch (_buffer[0])
        {
            case Input when streams.Input >= 0:
                _input = _buffer[1..(int)length];
                PassInput(streams);
                break;
            case Resize when length >= 5:
                ushort rows = BinaryPrimitives.ReadUInt16LittleEndian(_buffer.AsSpan(1));
                ushort columns = BinaryPrimitives.ReadUInt16LittleEndian(_buffer.AsSpan(3));
                _size = (rows, columns);
                streams.Resize(rows, columns);
                break;
            case EndOfInput:
                streams.EndInput();
                break;
        }
        return true;
    }

    private sealed class Client
    {
        public int Fd;
        public byte[]? Kept;
    }
}
