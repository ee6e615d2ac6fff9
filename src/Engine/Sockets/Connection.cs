using Minirun.Linux;
using Minirun.Linux.Calls;

namespace Minirun.Engine.Sockets;

/// <summary>One socket, open or not.</summary>
internal class Connection(Endpoint endpoint)
{
    private Fd _socket = Fd.None;

    /// <summary>Below 0: it is not open.</summary>
    public virtual int Descriptor => _socket;

    public bool IsOpen => Descriptor >= 0;

    public bool IsConnecting { get; protected set; }

    /// <summary>What poll(2) is to tell of while it connects.</summary>
    public virtual short Awaits => poll.POLLOUT;

    /// <summary>What it gives back are numbers of bytes that have gone out, four bytes each; 0 and words: why no more will.</summary>
    public virtual bool Acknowledges => false;

    /// <summary>More than errno says of the last failure.</summary>
    public string? Reason { get; set; }

    /// <summary>Begins to connect; gives errno, or 0.</summary>
    public virtual int Open()
    {
        byte[] address;
        try
        {
            _socket = endpoint.Socket(out address);
        }
        catch (LinuxException error)
        {
            return error.Number;
        }
        int errno = SocketCalls.Connect(_socket, address);
        IsConnecting = errno == Errno.EINPROGRESS;
        if (IsConnecting) errno = 0;
        if (errno != 0) Close();
        return errno;
    }

    /// <summary>What was awaited has come: whether it is connected, or <see cref="IsConnecting"/> still; gives errno, or 0.</summary>
    public virtual int Finish()
    {
        int errno = SocketCalls.TakeError(_socket);
        IsConnecting = false;
        return errno;
    }

    public virtual void Close()
    {
        CloseSocket();
        IsConnecting = false;
    }

    /// <summary>Another has it now.</summary>
    protected void CloseSocket() => _socket.Dispose();
}
