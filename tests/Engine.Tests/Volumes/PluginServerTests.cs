using System.IO.Pipes;
using Minirun.Engine.Volumes;
using Minirun.Engine.Volumes.Plugins;
using Minirun.Engine.Volumes.Serving;
using Minirun.Runtime;
using Xunit;

namespace Minirun.Engine.Tests.Volumes;

/// <summary>Our own server and our own client, with the driver `local` behind: what goes in at one end comes out at the other.</summary>
public sealed class PluginServerTests : IDisposable
{
    private readonly VolumeRoot _root = new();
    private readonly PluginServer _server;
    private readonly PluginDriver _client;
    private readonly AnonymousPipeServerStream _end = new(PipeDirection.In);
    private readonly Thread _serving;

    public PluginServerTests()
    {
        _server = new PluginServer(new LocalDriver(_root.Paths), _root.Sockets + "/own.sock");
        _serving = new Thread(() => _server.Serve((int)_end.SafePipeHandle.DangerousGetHandle())) { IsBackground = true };
        _serving.Start();
        _client = new PluginDriver("own", _root.Plugins.Find("own")!, patience: 0);
    }

    public void Dispose()
    {
        // It sees the end of the pipe; its descriptors may be others' as soon as they are closed.
        _end.DisposeLocalCopyOfClientHandle();
        _serving.Join();
        _end.Dispose();
        _server.Dispose();
        _root.Dispose();
    }

    [Fact]
    public void Every_call_arrives_at_the_driver()
    {
        _root.Store.Create(new VolumeRecord { Name = "vol1" });
        Assert.Equal("local", _client.Scope);
        string place = $"{_root.Paths.Volumes}/vol1/_data";
        Assert.Equal(place, _client.Mount("vol1", "ab12"));
        Assert.Equal(place, _client.Path("vol1"));
        Assert.Equal(place, _client.Get("vol1")!.Mountpoint);
        _client.Unmount("vol1", "ab12");
        Assert.Null(_client.Get("nothing"));
        Assert.Empty(_client.List());
        Assert.Contains("the local driver has no such option",
            Assert.Throws<UserError>(() => _client.Create("vol2", new() { ["x"] = "<y>" })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_request_is_refused_and_the_next_is_served()
    {
        foreach (string text in (string[])["nonsense\r\n\r\n", "POST /x HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"])
            Assert.Equal(400, PluginConnection.Exchange(_root.Plugins.Find("own")!, "x", System.Text.Encoding.ASCII.GetBytes(text)).Status);
        Assert.Equal(404, PluginConnection.Call(_root.Plugins.Find("own")!, "NetworkDriver.Join", "{}"u8).Status);
        Assert.Equal(500, PluginConnection.Call(_root.Plugins.Find("own")!, "VolumeDriver.Mount", """{"Name":"../x"}"""u8).Status);
        Assert.Equal("local", _client.Scope);
    }

    [Fact]
    public void A_request_may_come_in_pieces_and_two_at_once()
    {
        byte[] request = "POST /Plugin.Activate HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}POST /x"u8.ToArray();
        Assert.Null(PluginRequest.Parse(request.AsSpan(0, 20)));
        Assert.Null(PluginRequest.Parse(request.AsSpan(0, request.Length - 8)));
        PluginRequest whole = PluginRequest.Parse(request)!;
        Assert.Equal(("Plugin.Activate", request.Length - 7), (whole.Call, whole.Length));
    }

    [Fact]
    public void A_second_server_at_its_place_is_refused() =>
        Assert.Contains("another plugin listens there",
            Assert.Throws<UserError>(() => new PluginServer(new LocalDriver(_root.Paths), _root.Sockets + "/own.sock")).Message,
            StringComparison.Ordinal);
}
