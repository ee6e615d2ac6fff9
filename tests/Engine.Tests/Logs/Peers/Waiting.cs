using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Minirun.Engine.Tests.Logs.Peers;

internal static class Waiting
{
    /// <summary>Looks until it is so, at most 30 seconds.</summary>
    public static void Until(Func<bool> condition, string what)
    {
        Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(30)), $"waited in vain: {what}");
    }

    /// <summary>A port of 127.0.0.1 that nobody has just now.</summary>
    public static int FreePort(ProtocolType protocol = ProtocolType.Tcp)
    {
        using var socket =
            new Socket(AddressFamily.InterNetwork, protocol == ProtocolType.Tcp ? SocketType.Stream : SocketType.Dgram, protocol);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
