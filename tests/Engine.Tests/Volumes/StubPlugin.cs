using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Minirun.Engine.Tests.Volumes;

/// <summary>A volume plugin of somebody else's: keeps volumes as directories, and every request that it got.</summary>
internal sealed class StubPlugin : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _directory;
    private readonly ConcurrentDictionary<string, bool> _volumes = new();

    public StubPlugin(string socket, string directory)
    {
        _directory = directory;
        _listener.Bind(new UnixDomainSocketEndPoint(socket));
        _listener.Listen(16);
        new Thread(Serve) { IsBackground = true }.Start();
    }

    /// <summary>Whole requests, in their order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Answers to calls, in place of its own: a status line's number, and a body.</summary>
    public ConcurrentDictionary<string, (int Status, string Body)> Answers { get; } = new();

    public bool Chunked { get; set; }

    /// <summary>Calls with their bodies.</summary>
    public string[] Calls => [.. Requests.Select(request => request[6..request.IndexOf(" HTTP", StringComparison.Ordinal)] + " " + request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..].TrimEnd('\n'))];

    public void Dispose() => _listener.Dispose();

    private void Serve()
    {
        try
        {
            for (; ; )
            {
                using Socket client = _listener.Accept();
                string request = Read(client);
                Requests.Enqueue(request);
                string call = request[6..request.IndexOf(" HTTP", StringComparison.Ordinal)];
                (int status, string body) = Answers.TryGetValue(call, out var given) ? given : Answer(call, request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
                string head = $"HTTP/1.1 {status} Whatever\r\nContent-Type: application/vnd.docker.plugins.v1+json\r\n";
                string answer = Chunked
                    ? $"{head}Transfer-Encoding: chunked\r\n\r\n{body.Length / 2:x}\r\n{body[..(body.Length / 2)]}\r\n{body.Length - body.Length / 2:x};x=y\r\n{body[(body.Length / 2)..]}\r\n0\r\n\r\n"
                    : $"{head}Content-Length: {body.Length}\r\n\r\n{body}";
                client.Send(Encoding.UTF8.GetBytes(answer));
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static string Read(Socket client)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[4096];
        for (; ; )
        {
            int got = client.Receive(buffer);
            text.Append(Encoding.UTF8.GetString(buffer, 0, got));
            string all = text.ToString();
            int head = all.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (got == 0) return all;
            if (head < 0) continue;
            int length = int.Parse(all.Split("Content-Length: ")[1].Split("\r\n")[0], System.Globalization.CultureInfo.InvariantCulture);
            if (Encoding.UTF8.GetByteCount(all) >= head + 4 + length) return all;
        }
    }

    private (int, string) Answer(string call, string body)
    {
        string name = body.Length > 0 && JsonDocument.Parse(body).RootElement.TryGetProperty("Name", out JsonElement given) ? given.GetString()! : "";
        string path = $"{_directory}/{name}";
        switch (call)
        {
            case "Plugin.Activate": return (200, """{"Implements":["VolumeDriver"]}""");
            case "VolumeDriver.Capabilities": return (200, """{"Capabilities":{"Scope":"global"}}""");
            case "VolumeDriver.Create":
                _volumes[name] = true;
                Directory.CreateDirectory(path);
                return (200, """{"Err":""}""");
            case "VolumeDriver.Get": return (200, _volumes.ContainsKey(name) ? $$"""{"Volume":{"Name":"{{name}}","Mountpoint":"{{path}}","Status":{"bricks":2} },"Err":""}""" : """{"Volume":null,"Err":"no such volume"}""");
            case "VolumeDriver.List": return (200, $$"""{"Volumes":[{{string.Join(',', _volumes.Keys.Select(each => "{\"Name\":\"" + each + "\",\"Mountpoint\":\"\"}"))}}],"Err":""}""");
            case "VolumeDriver.Mount" or "VolumeDriver.Path": return (200, $$"""{"Mountpoint":"{{path}}","Err":""}""");
            case "VolumeDriver.Remove":
                _volumes.TryRemove(name, out _);
                return (200, """{"Err":""}""");
            case "VolumeDriver.Unmount": return (200, """{"Err":""}""");
            default: return (404, "404 page not found");
        }
    }
}
