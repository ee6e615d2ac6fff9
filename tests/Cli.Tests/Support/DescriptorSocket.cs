using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Xunit;

namespace Minirun.Cli.Tests.Support;

/// <summary>A unix socket at which a runtime hands over a descriptor: --console-socket, --pidfd-socket.</summary>
internal sealed class DescriptorSocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public DescriptorSocket(string path)
    {
        _socket.Bind(new UnixDomainSocketEndPoint(path));
        _socket.Listen();
    }

    /// <summary>What was sent. To be called when the runtime has ended: then it has come.</summary>
    public SafeFileHandle Take()
    {
        Assert.True(_socket.Poll(TimeSpan.FromSeconds(30), SelectMode.SelectRead), "nobody connected");
        using Socket connection = _socket.Accept();
        (_, int descriptor) = SeccompAgent.Receive((int)connection.Handle);
        Assert.True(descriptor >= 0, "no descriptor came");
        return new(descriptor, ownsHandle: true);
    }

    public void Dispose() => _socket.Dispose();
}
