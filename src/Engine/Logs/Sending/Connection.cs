using System.Runtime.InteropServices;
using Minirun.Linux;

namespace Minirun.Engine.Logs.Sending;

/// <summary>One socket, open or not.</summary>
internal sealed unsafe class Connection(Endpoint endpoint)
{
    public int Descriptor { get; private set; } = -1;

    public bool IsOpen => Descriptor >= 0;

    public bool IsConnecting { get; private set; }

    /// <summary>Begins to connect; gives errno, or 0.</summary>
    public int Open()
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

    /// <summary>The socket is ready: whether it is connected; gives errno, or 0.</summary>
    public int Finish()
    {
        int errno;
        uint length = sizeof(int);
        if (sys_socket.getsockopt(Descriptor, sys_socket.SOL_SOCKET, sys_socket.SO_ERROR, &errno, &length) < 0) return Marshal.GetLastPInvokeError();
        IsConnecting = false;
        return errno;
    }

    public void Close()
    {
        if (IsOpen) _ = unistd.close(Descriptor);
        Descriptor = -1;
        IsConnecting = false;
    }
}
