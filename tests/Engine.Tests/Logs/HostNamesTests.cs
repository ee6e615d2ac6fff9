using System.Net;
using System.Net.Sockets;
using System.Text;
using Minirun.Engine.Sockets;
using Minirun.Runtime;
using Xunit;

namespace Minirun.Engine.Tests.Logs;

public sealed class HostNamesTests : IDisposable
{
    private readonly LogDirectory _directory = new();
    private readonly UdpClient _server = new(new IPEndPoint(IPAddress.Loopback, 0)) { Client = { ReceiveTimeout = 20_000 } };

    public void Dispose()
    {
        _server.Dispose();
        _directory.Dispose();
    }

    private string Hosts => Write("hosts", "127.0.0.1 localhost\n10.1.2.3\tlogs logs.example # here\n::5 six\n");

    private string Resolver => Write("resolv.conf", "# none\nsearch one.test two.test\nnameserver 127.0.0.1\n");

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("::1", "::1")]
    [InlineData("LOGS.example", "10.1.2.3")]
    [InlineData("six", "::5")]
    [InlineData("localhost", "127.0.0.1")]
    public void Numbers_and_hosts_need_no_name_server(string host, string address) =>
        Assert.Equal(address, HostNames.Find(host, Hosts, "/none").ToString());

    [Fact]
    public void A_host_that_nobody_knows_is_an_error() =>
        Assert.Equal("nowhere: unknown host", Assert.Throws<UserError>(() => HostNames.Find("nowhere", Hosts, "/none")).Message);

    [Fact]
    public async Task A_name_server_is_asked()
    {
        List<string> asked = [];
        Task<IPAddress> finding = OnAThread(() => HostNames.Find("server.test", Hosts, Resolver, Port));
        Answer(asked, [0xc0, 0x0c, 0, 5, 0, 1, 0, 0, 0, 9, 0, 2, 0xc0, 0x0c, 0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 10, 9, 8, 7],
            answers: 2);
        Assert.Equal("10.9.8.7", (await finding).ToString());
        Assert.Equal(["server.test"], asked);
    }

    [Fact]
    public async Task A_name_without_a_dot_is_looked_for_in_the_domains()
    {
        List<string> asked = [];
        Task<IPAddress> finding = OnAThread(() => HostNames.Find("server", Hosts, Resolver, Port));
        for (int question = 0; question < 3; question++) Answer(asked, [], answers: 0);
        Answer(asked, [0xc0, 0x0c, 0, 28, 0, 1, 0, 0, 0, 9, 0, 16, .. IPAddress.Parse("fd00::7").GetAddressBytes()], answers: 1);
        Assert.Equal("fd00::7", (await finding).ToString());
        Assert.Equal(["server.one.test", "server.one.test", "server.two.test", "server.two.test"], asked);
    }

    [Fact]
    public async Task Whatever_a_name_server_says_is_survived()
    {
        var random = new Random(7);
        for (int round = 0; round < 50; round++)
        {
            Task<IPAddress> finding = OnAThread(() => HostNames.Find("server.", Hosts, Resolver, Port));
            byte[] noise = new byte[random.Next(100)];
            random.NextBytes(noise);
            Answer([], noise, answers: 200);
            // Noise may hold an address by chance; else there is a second question, for the other kind.
            Task<UdpReceiveResult> second = _server.ReceiveAsync();
            if (await Task.WhenAny(second, finding) == second) await _server.SendAsync(noise, (await second).RemoteEndPoint);
            Exception? error = await Record.ExceptionAsync(() => finding);
            Assert.True(error is null or UserError, error?.ToString());
            if (!second.IsCompleted) return;
        }
    }

    private int Port => ((IPEndPoint)_server.Client.LocalEndPoint!).Port;

    // Neither who asks nor who answers is kept waiting by a busy thread pool: a question is given up after a second.
    private static Task<IPAddress> OnAThread(Func<IPAddress> find) =>
        Task.Factory.StartNew(find, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Answer(List<string> asked, byte[] records, byte answers)
    {
        var from = new IPEndPoint(IPAddress.Any, 0);
        byte[] question = _server.Receive(ref from);
        asked.Add(Name(question));
        byte[] answer = [.. question, .. records];
        (answer[2], answer[3], answer[7]) = (0x81, 0x80, answers);
        _server.Send(answer, from);
    }

    private static string Name(byte[] question)
    {
        var name = new StringBuilder();
        for (int at = 12; question[at] != 0; at += question[at] + 1)
            name.Append('.').Append(Encoding.ASCII.GetString(question, at + 1, question[at]));
        return name.ToString(1, name.Length - 1);
    }

    private string Write(string name, string text)
    {
        File.WriteAllText(_directory.Path + "/" + name, text);
        return _directory.Path + "/" + name;
    }
}
