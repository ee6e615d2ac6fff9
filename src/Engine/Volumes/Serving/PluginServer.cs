using Minirun.Linux.Calls;
using System.Text;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.State;

namespace Minirun.Engine.Volumes.Serving;

/// <summary>
/// A driver of ours as a volume plugin of Docker's kind: HTTP on a socket, for whatever engine there is on this machine. A thread each
/// connection, for a mount may take its time; the driver minds its own order.
/// </summary>
public sealed class PluginServer : IDisposable
{
    private const int Most = 1 << 20, Chunk = 16384;   // bytes
    private readonly IVolumeDriver _driver;
    private readonly string _path;
    private readonly Fd _listener;

    /// <exception cref="UserError">Another listens there.</exception>
    public PluginServer(IVolumeDriver driver, string path)
    {
        _driver = driver;
        _path = path;
        OwnDirectory.Make(Path.GetDirectoryName(path)!, 0x1ed /* 0755: /run/docker/plugins, where others listen, too */);
        if (IsListening(path))
            throw new UserError($"{path}: another plugin listens there", "end it first, or take another place: --socket PATH");
        // Of one that was killed.
        unistd.unlink(path);
        _listener = UnixSocket.Listen(path, sys_socket.SOCK_STREAM);
    }

    /// <summary>Serves until a signal comes.</summary>
    /// <param name="signals">A signalfd; -1: signals end the process.</param>
    public void Serve(int signals)
    {
        var poller = new Poller();
        PollSource visitors = poller.Add(_listener), signal = poller.Add(signals);
        while (true)
        {
            poller.Wait(-1);
            if (signal.IsReady) return;
            Fd client = visitors.IsReady ? UnixSocket.Accept(_listener) : Fd.None;
            if (client.IsOpen) new Thread(() => Serve(client, _driver)) { IsBackground = true }.Start();
        }
    }

    public void Dispose()
    {
        unistd.unlink(_path);
        _listener.Dispose();
    }

    private static bool IsListening(string path)
    {
        try
        {
            using Fd other = UnixSocket.Connect(path, sys_socket.SOCK_STREAM);
            return true;
        }
        catch (LinuxException)
        {
            return false;
        }
    }

    /// <summary>One request after the other, until the other side has no more.</summary>
    private static void Serve(Fd given, IVolumeDriver driver)
    {
        using Fd client = given;
        byte[] buffer = new byte[Chunk];
        var got = new MemoryStream();
        try
        {
            while (got.Length < Most)
            {
                while (PluginRequest.Parse(got.GetBuffer().AsSpan(0, (int)got.Length)) is { } request)
                {
                    byte[] rest = got.GetBuffer().AsSpan(request.Length, (int)got.Length - request.Length).ToArray();
                    got.SetLength(0);
                    got.Write(rest);
                    (int status, byte[] body) = PluginCalls.Answer(driver, request);
                    if (!Send(client, status, body)) return;
                }
                int length = SocketCalls.Receive(client, buffer);
                if (length <= 0) return;
                got.Write(buffer, 0, length);
            }
        }
        catch (FormatException error)
        {
            Send(client, 400, Encoding.UTF8.GetBytes(error.Message + "\n"));
        }
    }

    private static bool Send(int client, int status, byte[] body)
    {
        string words = status switch { 200 => "OK", 400 => "Bad Request", 404 => "Not Found", _ => "Internal Server Error" };
        byte[] bytes = [
            .. Encoding.ASCII.GetBytes(
                $"HTTP/1.1 {status} {words}\r\nContent-Type: application/vnd.docker.plugins.v1.2+json\r\nContent-Length: "
                    + $"{body.Length}\r\n\r\n"),
            .. body];
        for (int gone = 0; gone < bytes.Length;)
        {
            int sent = SocketCalls.Send(client, bytes.AsSpan(gone));
            if (sent < 0) return false;
            gone += sent;
        }
        return true;
    }
}
