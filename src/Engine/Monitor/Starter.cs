using System.Runtime.InteropServices;
using Minirun.Engine.Life;
using Minirun.Linux;

namespace Minirun.Engine.Monitor;

/// <summary>Who started a monitor and waits to hear how it went: the monitor's end of the socket of <see cref="MonitorProcess"/>.</summary>
internal sealed unsafe class Starter
{
    /// <summary>It knows that the command runs, or why not.</summary>
    public bool IsTold { get; private set; }

    /// <summary>The last word closes the socket; what comes later is not for it.</summary>
    public void Say(byte[] what)
    {
        if (IsTold) return;
        fixed (byte* start = what) sys_socket.send(MonitorProcess.ReportFd, start, what.Length, sys_socket.MSG_NOSIGNAL);
        if (what[0] == MonitorProcess.Listens) return;
        IsTold = true;
        unistd.close(MonitorProcess.ReportFd);
    }

    /// <summary>Until it is attached, if it wants to be.</summary>
    public void AwaitGo()
    {
        byte go;
        while (sys_socket.recv(MonitorProcess.ReportFd, &go, 1, 0) < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR) { }
    }
}
