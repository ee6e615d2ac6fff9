using Minirun.Linux.Calls;
using System.Globalization;
using System.Text;
using Minirun.Linux;
using Minirun.Runtime;

namespace Minirun.Engine.Life;

/// <summary>Who started us and wants to hear how it goes: systemd, at NOTIFY_SOCKET (sd_notify(3)).</summary>
internal sealed class ServiceManager : IDisposable
{
    public const string Variable = "NOTIFY_SOCKET", Ready = "READY=1";

    private readonly Fd _socket;

    private ServiceManager(Fd socket) => _socket = socket;

    /// <summary>Connected: who has it needs no way there.</summary>
    public int Descriptor => _socket;

    /// <summary>Null when there is none.</summary>
    /// <param name="wanted">Somebody asked for it; else one that is gone is none: variables are inherited far.</param>
    /// <exception cref="UserError">It cannot be reached.</exception>
    public static ServiceManager? Here(bool wanted)
    {
        if (stdlib.Variable(Variable) is not { Length: > 0 } place) return null;
        try
        {
            if (place[0] is '/' or '@') return new ServiceManager(UnixSocket.Connect(place, sys_socket.SOCK_DGRAM));
        }
        catch (LinuxException) when (!wanted)
        {
            return null;
        }
        return wanted
            ? throw new UserError($"{Variable}={place}: neither a path nor an abstract name", "--sdnotify=ignore does not use it")
            : null;
    }

    /// <summary>Whose end is the service's.</summary>
    public static string MainPid(int pid) => "MAINPID=" + pid.ToString(CultureInfo.InvariantCulture) + "\n";

    /// <summary>Waits while its queue is full.</summary>
    public void Say(string message) => SocketCalls.Send(_socket, Encoding.UTF8.GetBytes(message));

    public void Dispose() => _socket.Dispose();
}
