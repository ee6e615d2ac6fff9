using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Xunit;

namespace Minirun.Cli.Tests.Engine;

/// <summary>What a monitor tells its log driver of the container.</summary>
public sealed class LogContextTests : IDisposable
{
    private readonly EngineRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void A_driver_knows_the_container_and_when_it_was_made()
    {
        using var server = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        server.Client.ReceiveTimeout = 20_000;
        int port = ((IPEndPoint)server.Client.LocalEndPoint!).Port;
        string id = _root.Detached(
            ["--name", "web", "--log-driver", "gelf", "--log-opt", $"gelf-address=udp://127.0.0.1:{port}", "--log-opt",
                "gelf-compression-type=none"],
            "echo", "hello");
        IPEndPoint? from = null;
        JsonElement message = JsonDocument.Parse(server.Receive(ref from)).RootElement;
        Assert.Equal(("hello", id, "web"),
            (message.GetProperty("short_message").GetString(), message.GetProperty("_container_id").GetString(),
                message.GetProperty("_container_name").GetString()));
        Assert.Equal(DateTime.Parse(_root.Inspect("web", ".Created"), CultureInfo.InvariantCulture),
            DateTime.Parse(message.GetProperty("_created").GetString()!, CultureInfo.InvariantCulture));
    }
}
