using Minirun.Engine.Life;
using Minirun.Linux.Calls;

namespace Minirun.Engine.Monitor;

/// <summary>Who started a monitor and waits to hear how it went: the monitor's end of the socket of <see cref="MonitorProcess"/>.</summary>
internal sealed class Starter
{
    private readonly Fd _socket = new(MonitorProcess.ReportFd);

    /// <summary>It knows that the command runs, or why not.</summary>
    public bool IsTold => !_socket.IsOpen;

    /// <summary>The last word closes the socket; what comes later is not for it.</summary>
    public void Say(byte[] what)
    {
        if (IsTold) return;
        SocketCalls.Send(_socket, what);
        if (what[0] != MonitorProcess.Listens) _socket.Dispose();
    }

    /// <summary>Until it is attached, if it wants to be.</summary>
    public void AwaitGo() => SocketCalls.Receive(_socket, stackalloc byte[1]);
}
