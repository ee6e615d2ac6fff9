using System.Net.Sockets;
using Minirun.Linux.Calls;

namespace Minirun.Tls;

/// <summary>
/// The dynamic sibling of minirun: TLS over a connection that is made already. Its stdin is a socket of whoever started it, its stdout the
/// connection; it shakes hands, says on the socket <c>+\n</c>, or <c>-</c> and why not, and then passes bytes on in both directions until
/// one side ends.
/// </summary>
internal static class Program
{
    public static int Main(string[] words)
    {
        // By hand, or with one of them closed: then a descriptor of the .NET runtime's has its number.
        if (TlsArguments.Parse(words) is not { } arguments || !IsSocket(0) || !IsSocket(1))
        {
            Console.Error.WriteLine(
                "usage: minirun-tls [--acknowledge] [--ca-cert FILE] [--cert FILE --key FILE] [--skip-verify] HOST <>SOCKET "
                    + ">CONNECTION\nminirun starts it; nobody else has to");
            return 125;
        }
        using var ours = new Socket(new SafeSocketHandle(0, ownsHandle: true));
        using var connection = new Socket(new SafeSocketHandle(1, ownsHandle: true));
        HangUp.Watch();
        var relay = new Relay(ours, connection, arguments);
        return relay.ShakeHands() ? relay.Pass() : 1;
    }

    private static bool IsSocket(int fd) => SocketCalls.Name(fd) is not null;
}
