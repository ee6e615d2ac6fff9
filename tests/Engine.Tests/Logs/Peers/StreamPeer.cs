using System.Net;
using System.Net.Sockets;

namespace Minirun.Engine.Tests.Logs.Peers;

/// <summary>Listens, and takes what comes; or takes nothing, as long as it should.</summary>
public sealed class StreamPeer : IDisposable
{
    private readonly TcpListener _listener;
    private readonly List<TcpClient> _clients = [];
    private readonly MemoryStream _received = new();

    public StreamPeer(int port = 0)
    {
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Server.ReceiveBufferSize = 4096;
        _listener.Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Everything of all connections so far.</summary>
    public byte[] Take()
    {
        byte[] buffer = new byte[65536];
        while (_listener.Pending()) _clients.Add(_listener.AcceptTcpClient());
        foreach (TcpClient client in _clients)
            while (client.Client.Poll(0, SelectMode.SelectRead) && client.Client.Receive(buffer) is > 0 and var length)
                _received.Write(buffer, 0, length);
        return _received.ToArray();
    }

    public void Dispose()
    {
        foreach (TcpClient client in _clients) client.Dispose();
        _listener.Dispose();
    }
}
