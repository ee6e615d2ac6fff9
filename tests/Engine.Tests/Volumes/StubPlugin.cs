using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace Minirun.Engine.Tests.Volumes;

/// <summary>A volume plugin of somebody else's: keeps volumes as directories, and every request that it got.</summary>
internal sealed class StubPlugin : IDisposable
{
    private readonly Socket _listener;
    private readonly X509Certificate2? _certificate;
    private readonly string _directory;
    private readonly ConcurrentDictionary<string, bool> _volumes = new();

    public StubPlugin(string socket, string directory)
    {
        _directory = directory;
        _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(new UnixDomainSocketEndPoint(socket));
        Start();
    }

    /// <summary>At a port of this machine, with TLS.</summary>
    public StubPlugin(int port, string directory, X509Certificate2 certificate)
    {
        _directory = directory;
        _certificate = certificate;
        _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        Start();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Whole requests, in their order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Answers to calls, in place of its own: a status line's number, and a body.</summary>
    public ConcurrentDictionary<string, (int Status, string Body)> Answers { get; } = new();

    public bool Chunked { get; set; }

    /// <summary>Calls with their bodies.</summary>
    public string[] Calls => [
        .. Requests.Select(
            request => request[6..request.IndexOf(" HTTP", StringComparison.Ordinal)] + " "
                + request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..].TrimEnd('\n'))];

    public void Dispose() => _listener.Dispose();

    private void Start()
    {
        _listener.Listen(16);
        new Thread(Serve) { IsBackground = true }.Start();
    }

    private void Serve()
    {
        try
        {
            for (; ; )
            {
                using Stream plain = new NetworkStream(_listener.Accept(), ownsSocket: true);
                if (Secured(plain) is not { } client) continue;
                string request = Read(client);
                if (request.Length == 0) continue;
                Requests.Enqueue(request);
                string call = request[6..request.IndexOf(" HTTP", StringComparison.Ordinal)];
                (int status,
                    string body) = Answers.TryGetValue(call, out var given)
                        ? given
                        : Answer(call, request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
                string head = $"HTTP/1.1 {status} Whatever\r\nContent-Type: application/vnd.docker.plugins.v1+json\r\n";
                int half = body.Length / 2;
                string answer = Chunked
                    ? $"{head}Transfer-Encoding: "
                        + $"chunked\r\n\r\n{half:x}\r\n{body[..half]}\r\n{body.Length - half:x};x=y\r\n{body[half..]}\r\n0\r\n\r\n"
                    : $"{head}Content-Length: {body.Length}\r\n\r\n{body}";
                client.Write(Encoding.UTF8.GetBytes(answer));
            }
        }
        catch (Exception error) when (error is SocketException or IOException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    /// <summary>With TLS, if it has some; null when the other side does not like us.</summary>
    private Stream? Secured(Stream plain)
    {
        if (_certificate is null) return plain;
        var tls = new SslStream(plain);
        try
        {
            tls.AuthenticateAsServer(_certificate);
            return tls;
        }
        catch (Exception error) when (error is IOException or AuthenticationException)
        {
            return null;
        }
    }

    private static string Read(Stream client)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[4096];
        for (; ; )
        {
            int got;
            try
            {
                got = client.Read(buffer);
            }
            catch (IOException) when (client is SslStream)
            {
                // It shook hands, and then did not like us.
                return "";
            }
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
        string name =
            body.Length > 0 && JsonDocument.Parse(body).RootElement.TryGetProperty("Name", out JsonElement given) ? given.GetString()! : "";
        string path = $"{_directory}/{name}";
        switch (call)
        {
            case "Plugin.Activate": return (200, """{"Implements":["VolumeDriver"]}""");
            case "VolumeDriver.Capabilities": return (200, """{"Capabilities":{"Scope":"global"}}""");
            case "VolumeDriver.Create":
                _volumes[name] = true;
                Directory.CreateDirectory(path);
                return (200, """{"Err":""}""");
            case "VolumeDriver.Get":
                return (200,
                    _volumes.ContainsKey(name)
                        ? $$"""{"Volume":{"Name":"{{name}}","Mountpoint":"{{path}}","Status":{"bricks":2} },"Err":""}"""
                        : """{"Volume":null,"Err":"no such volume"}""");
            case "VolumeDriver.List":
                IEnumerable<string> all = _volumes.Keys.Select(each => $$"""{"Name":"{{each}}","Mountpoint":""}""");
                return (200, $$"""{"Volumes":[{{string.Join(',', all)}}],"Err":""}""");
            case "VolumeDriver.Mount" or "VolumeDriver.Path": return (200, $$"""{"Mountpoint":"{{path}}","Err":""}""");
            case "VolumeDriver.Remove":
                _volumes.TryRemove(name, out _);
                return (200, """{"Err":""}""");
            case "VolumeDriver.Unmount": return (200, """{"Err":""}""");
            default: return (404, "404 page not found");
        }
    }
}
