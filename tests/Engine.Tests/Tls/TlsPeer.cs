using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Minirun.Engine.Tests.Tls;

/// <summary>A server with TLS that takes what comes; or shakes hands and takes nothing, or does not even shake hands.</summary>
internal sealed class TlsPeer : IDisposable
{
    private readonly TcpListener _listener;
    private readonly TestAuthority _authority;
    private readonly List<TcpClient> _clients = [];
    private readonly ManualResetEventSlim _over = new();
    private readonly StringBuilder _received = new();

    public TlsPeer(TestAuthority authority, int port = 0)
    {
        _authority = authority;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Server.ReceiveBufferSize = 4096;
        _listener.Start();
        new Thread(Serve) { IsBackground = true }.Start();
    }

    public bool Reads { get; init; } = true;

    public bool ShakesHands { get; init; } = true;

    public bool WantsCertificate { get; init; }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Received
    {
        get
        {
            lock (_received) return _received.ToString();
        }
    }

    public int Connections
    {
        get
        {
            lock (_clients) return _clients.Count;
        }
    }

    public void Dispose()
    {
        _over.Set();
        _listener.Dispose();
        lock (_clients)
            foreach (TcpClient client in _clients) client.Dispose();
    }

    private void Serve()
    {
        try
        {
            for (; ; )
            {
                TcpClient client = _listener.AcceptTcpClient();
                lock (_clients) _clients.Add(client);
                if (ShakesHands) new Thread(() => Serve(client)) { IsBackground = true }.Start();
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private void Serve(TcpClient client)
    {
        try
        {
            using var tls = new SslStream(client.GetStream());
            tls.AuthenticateAsServer(new SslServerAuthenticationOptions
            {
                ServerCertificate = _authority.Server,
                ClientCertificateRequired = WantsCertificate,
                RemoteCertificateValidationCallback = (_, theirs, _, _) => !WantsCertificate || theirs?.Subject == "CN=client",
            });
            byte[] buffer = new byte[16384];
            while (Reads && tls.Read(buffer) is > 0 and var length)
                lock (_received) _received.Append(Encoding.UTF8.GetString(buffer, 0, length));
            if (!Reads) _over.Wait();
        }
        catch (Exception error) when (error is IOException or AuthenticationException or ObjectDisposedException)
        {
            // The other side has gone, or was not liked.
        }
    }
}
