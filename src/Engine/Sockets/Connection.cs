using System.Runtime.InteropServices;
using Minirun.Linux;

namespace Minirun.Engine.Sockets;

/// <summary>One socket, open or not.</summary>
internal unsafe class Connection(Endpoint endpoint)
{
    public int Descriptor { get; protected set; } = -1;

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
            Descriptor = endpoint.Socket(out address);
        }
        catch (LinuxException error)
        {
            return error.Number;
        }
        int errno = 0;
        fixed (byte* start = address)
            if (sys_socket.connect(Descriptor, start, (uint)address.Length) < 0) errno = Marshal.GetLastPInvokeError();
        IsConnecting = errno == Errno.EINPROGRESS;
        if (IsConnecting) errno = 0;
        if (errno != 0) Close();
        return errno;
    }

    /// <summary>What was awaited has come: whether it is connected, or <see cref="IsConnecting"/> still; gives errno, or 0.</summary>
    public virtual int Finish()
    {
        int errno;
        uint length = sizeof(int);
        if (sys_socket.getsockopt(Descriptor, sys_socket.SOL_SOCKET, sys_socket.SO_ERROR, &errno, &length) < 0)
            return Marshal.GetLastPInvokeError();
        IsConnecting = false;
        return errno;
    }

    public virtual void Close()
    {
        if (IsOpen) _ = unistd.close(Descriptor);
        Descriptor = -1;
        IsConnecting = false;
    }
}
