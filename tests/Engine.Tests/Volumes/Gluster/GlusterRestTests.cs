using System.Net;
using System.Net.Sockets;
using System.Text;
using Minirun.Engine.Volumes.Gluster;
using Minirun.Runtime;
using Xunit;

namespace Minirun.Engine.Tests.Volumes.Gluster;

/// <summary>
/// What is asked of a glusterfs-rest service, which Debian does not have: a server that keeps requests and gives set answers.
/// </summary>
public sealed class GlusterRestTests : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<string> _requests = [];
    private readonly GlusterRest _rest;
    private string _answer = """{"ok":true}""";

    public GlusterRestTests()
    {
        _listener.Start();
        new Thread(Serve) { IsBackground = true }.Start();
        _rest = new GlusterRest($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}", "/mnt/gfs/");
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void A_volume_is_looked_for_by_its_name()
    {
        _answer = """{"ok":true,"data":[{"name":"one","status":"Started"},{"name":"two"}]}""";
        Assert.True(_rest.Exists("two"));
        Assert.False(_rest.Exists("tw"));
        Assert.StartsWith("GET /api/1.0/volumes HTTP/1.1\r\n", _requests[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_volume_is_made_with_a_brick_on_each_server()
    {
        _rest.Create("vol1", ["a", "b"]);
        Assert.StartsWith("POST /api/1.0/volume/vol1 HTTP/1.1\r\n", _requests[0], StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: application/x-www-form-urlencoded\r\n", _requests[0], StringComparison.Ordinal);
        Assert.Equal("bricks=a:/mnt/gfs/vol1,b:/mnt/gfs/vol1&replica=2&transport=tcp&start=true&force=true",
            WebUtility.UrlDecode(_requests[0].Split("\r\n\r\n")[1]));
    }

    [Fact]
    public void A_volume_is_stopped_with_put()
    {
        _rest.Stop("vol1");
        Assert.StartsWith("PUT /api/1.0/volume/vol1/stop HTTP/1.1\r\n", _requests[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"ok":false,"error":"no peers"}""", "no peers")]
    [InlineData("nonsense", "PUT api/1.0/volume/vol1/stop")]
    public void Its_errors_are_told(string answer, string told)
    {
        _answer = answer;
        Assert.Contains(told, Assert.Throws<UserError>(() => _rest.Stop("vol1")).Message, StringComparison.Ordinal);
    }

    private void Serve()
    {
        byte[] buffer = new byte[65536];
        try
        {
            for (; ; )
            {
                using Socket client = _listener.AcceptSocket();
                _requests.Add(Encoding.ASCII.GetString(buffer, 0, client.Receive(buffer)));
                client.Send(Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {_answer.Length}\r\n\r\n{_answer}"));
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }
}
