using Minirun.Engine.Tests.Support;
using Minirun.Engine.Tests.Tls;
using Minirun.Engine.Volumes;
using Minirun.Engine.Volumes.Plugins;
using Minirun.Runtime;
using Xunit;

namespace Minirun.Engine.Tests.Volumes;

public sealed class PluginDriverTests : IDisposable
{
    private readonly VolumeRoot _root = new();

    public void Dispose() => _root.Dispose();

    private PluginDriver Driver(string name = "foo") => new(name, _root.Plugins.Find(name)!, patience: 0);

    [Fact]
    public void Calls_come_in_dockers_order_and_with_its_bodies()
    {
        using StubPlugin plugin = _root.Plugin("foo");
        PluginDriver driver = Driver();
        driver.Create("vol1", []);
        Assert.Equal(_root.Data + "/vol1", driver.Mount("vol1", "ab12"));
        driver.Unmount("vol1", "ab12");
        Assert.Equal("vol1", Assert.Single(driver.List()).Name);
        driver.Remove("vol1");
        Assert.Equal(
        [
            "Plugin.Activate ", "VolumeDriver.Capabilities {}", """VolumeDriver.Get {"Name":"vol1"}""",
                """VolumeDriver.Create {"Name":"vol1","Opts":null}""", """VolumeDriver.Get {"Name":"vol1"}""",
            """VolumeDriver.Mount {"Name":"vol1","ID":"ab12"}""", """VolumeDriver.Unmount {"Name":"vol1","ID":"ab12"}""",
            "VolumeDriver.List {}", """VolumeDriver.Get {"Name":"vol1"}""", """VolumeDriver.Remove {"Name":"vol1"}""",
        ], plugin.Calls);
    }

    [Fact]
    public void A_request_has_dockers_headers_and_an_empty_host()
    {
        using StubPlugin plugin = _root.Plugin("foo");
        _ = Driver().Get("v1");
        Assert.Equal(
            "POST /VolumeDriver.Get HTTP/1.1\r\nHost: \r\nUser-Agent: minirun\r\nContent-Length: 14\r\nAccept: "
                + "application/vnd.docker.plugins.v1.2+json\r\nConnection: close\r\n\r\n{\"Name\":\"v1\"}\n",
            plugin.Requests.Last());
    }

    [Fact]
    public void Options_stand_in_order_and_are_escaped_as_go_does() =>
        Assert.Equal("{\"Name\":\"v1\",\"Opts\":{\"a\":\"\\u003c\\u003e\",\"b\":\"\"}}\n",
            System.Text.Encoding.UTF8.GetString(PluginDriver.CreateBody("v1", new() { ["b"] = "", ["a"] = "<>" })));

    [Fact]
    public void An_answer_in_chunks_is_read()
    {
        using StubPlugin plugin = _root.Plugin("foo");
        plugin.Chunked = true;
        Driver().Create("vol1", []);
        Assert.Equal("""{"bricks":2}""", Driver().Get("vol1")!.Status);
    }

    [Theory]
    [InlineData(500, """{"Err":"no bricks"}""", "VolumeDriver.Mount: no bricks")]
    [InlineData(500, "it broke\n", "VolumeDriver.Mount: it broke")]
    [InlineData(200, """{"Mountpoint":"","Err":"busy"}""", "VolumeDriver.Mount: busy")]
    [InlineData(200, """{"Mountpoint":"relative"}""", "'relative' is not a mount point")]
    [InlineData(200, "nonsense", "VolumeDriver.Mount: nonsense")]
    [InlineData(502, "", "VolumeDriver.Mount: ")]
    public void Errors_of_every_form_are_told(int status, string body, string told)
    {
        using StubPlugin plugin = _root.Plugin("foo");
        plugin.Answers["VolumeDriver.Mount"] = (status, body);
        Assert.Contains(told, Assert.Throws<UserError>(() => Driver().Mount("vol1", "1")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plugin_without_capabilities_is_local()
    {
        using StubPlugin plugin = _root.Plugin("foo");
        Assert.Equal("global", Driver().Scope);
        plugin.Answers["VolumeDriver.Capabilities"] = (404, "404 page not found");
        Assert.Equal("local", Driver().Scope);
    }

    [Fact]
    public void What_is_no_volume_driver_is_refused()
    {
        using StubPlugin plugin = _root.Plugin("foo");
        plugin.Answers["Plugin.Activate"] = (200, """{"Implements":["NetworkDriver"]}""");
        Assert.Contains("does not implement VolumeDriver", Assert.Throws<UserError>(() => Driver().List()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_plugin_is_found_by_socket_spec_and_json()
    {
        using StubPlugin plugin = _root.Plugin("foo");
        File.WriteAllText(_root.Specs + "/bar.spec", $"unix://{_root.Sockets}/foo.sock\n");
        File.WriteAllText(_root.Specs + "/baz.json",
            """{"Name":"baz","Addr":"unix://@/foo.sock","TLSConfig":{"InsecureSkipVerify":false,"CAFile":""}}""".Replace("@", _root.Sockets,
                StringComparison.Ordinal));
        File.WriteAllText(_root.Specs + "/tcp.spec", "tcp://127.0.0.1:8080");
        foreach (string name in (string[])["foo", "bar", "baz"]) Assert.Null(Driver(name).Get("nothing"));
        Assert.Equal(new PluginAddress(new("tcp", "127.0.0.1", 8080), "127.0.0.1:8080"), _root.Plugins.Find("tcp"));
        Assert.Equal(["bar", "baz", "foo", "tcp"], _root.Plugins.Names());
        Assert.Null(_root.Plugins.Find("none"));
        Assert.Throws<UserError>(() => _root.Plugins.Find("../foo"));
    }

    [SkippableFact]
    public void A_plugin_behind_tls_is_spoken_to_by_its_description()
    {
        TlsProgram.Require();
        using var authority = new TestAuthority();
        using var plugin = new StubPlugin(0, _root.Data, authority.Server);
        Describe("far", plugin.Port, authority.CaCert);
        Driver("far").Create("vol1", []);
        Assert.Equal("""{"bricks":2}""", Driver("far").Get("vol1")!.Status);
        Assert.StartsWith($"POST /VolumeDriver.Get HTTP/1.1\r\nHost: 127.0.0.1:{plugin.Port}\r\n", plugin.Requests.Last(),
            StringComparison.Ordinal);
        plugin.Chunked = true;
        Assert.Equal(_root.Data + "/vol1", Driver("far").Mount("vol1", "1"));
    }

    [SkippableFact]
    public void A_plugin_behind_tls_that_nobody_vouches_for_is_refused()
    {
        TlsProgram.Require();
        using TestAuthority authority = new(), other = new();
        using var plugin = new StubPlugin(0, _root.Data, authority.Server);
        Describe("far", plugin.Port, other.CaCert);
        Assert.Contains("its certificate cannot be trusted: no authority that is known here has signed it",
            Assert.Throws<UserError>(() => Driver("far").List()).Message, StringComparison.Ordinal);
        File.WriteAllText(_root.Specs + "/plain.spec", $"https://127.0.0.1:{plugin.Port}/\n");
        Assert.Contains("cannot be trusted", Assert.Throws<UserError>(() => Driver("plain").List()).Message, StringComparison.Ordinal);
        Assert.Empty(plugin.Requests);
        File.WriteAllText(_root.Specs + "/any.json",
            $$$"""{"Addr":"tcp://127.0.0.1:{{{plugin.Port}}}","TLSConfig":{"InsecureSkipVerify":true}}""");
        Assert.Empty(Driver("any").List());
    }

    private void Describe(string name, int port, string ca) =>
        File.WriteAllText($"{_root.Specs}/{name}.json", $$$"""
            {"Name":"{{{name}}}","Addr":"https://127.0.0.1:{{{port}}}",
            "TLSConfig":{"InsecureSkipVerify":false,"CAFile":"{{{ca}}}","CertFile":"","KeyFile":""}}
            """);

    [Fact]
    public void A_plugin_that_starts_late_is_waited_for()
    {
        StubPlugin? plugin = null;
        using var made = new ManualResetEvent(false);
        using var starter = new Timer(_ =>
        {
            plugin = _root.Plugin("late");
            made.Set();
        }, null, 300, Timeout.Infinite);
        Assert.NotNull(_root.Plugins.Await("late", PluginRetry.Usual));
        made.WaitOne();
        plugin!.Dispose();
    }

    [Fact]
    public void Volumes_of_a_plugin_are_listed_and_removed_by_it()
    {
        using StubPlugin plugin = _root.Plugin("foo");
        _root.Store.Create(new VolumeRecord { Name = "mine", Driver = "foo", Options = { ["k"] = "v" } });
        Assert.Contains("""VolumeDriver.Create {"Name":"mine","Opts":{"k":"v"}}""", plugin.Calls);
        Assert.Equal("foo", Assert.Single(_root.Store.All()).Driver);
        Assert.Equal("""{"bricks":2}""", _root.Store.Get("mine").Volume.Status);
        _root.Store.Remove("mine");
        Assert.Contains("""VolumeDriver.Remove {"Name":"mine"}""", plugin.Calls);
        Assert.Empty(_root.Store.All());
    }
}
