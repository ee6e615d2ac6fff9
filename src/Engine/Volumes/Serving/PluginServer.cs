using System.Runtime.InteropServices;
using System.Text;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Lifecycle;
using Minirun.Runtime.State;

namespace Minirun.Engine.Volumes.Serving;

/// <summary>
/// A driver of ours as a volume plugin of Docker's kind: HTTP on a socket, for whatever engine there is on this machine. A thread each
/// connection, for a mount may take its time; the driver minds its own order.
/// </summary>
public sealed unsafe class PluginServer : IDisposable
{
    private const int Most = 1 << 20, Chunk = 16384;   // bytes
    private readonly IVolumeDriver _driver;
    private readonly string _path;
    private readonly int _listener;

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
        Span<pollfd> fds = [new() { fd = _listener, events = poll.POLLIN }, new() { fd = signals, events = poll.POLLIN }];
        fixed (pollfd* first = fds)
            while (true)
            {
                if (poll.poll_(first, 2, -1) < 0) continue;
                if (fds[1].revents != 0) return;
                int client = fds[0].revents == 0 ? -1 : UnixSocket.Accept(_listener);
                if (client >= 0) new Thread(() => Serve(client, _driver)) { IsBackground = true }.Start();
            }
    }

    public void Dispose()
    {
        unistd.unlink(_path);
        unistd.close(_listener);
    }

    private static bool IsListening(string path)
    {
        try
        {
            unistd.close(UnixSocket.Connect(path, sys_socket.SOCK_STREAM));
            return true;
        }
        catch (LinuxException)
        {
            return false;
        }
    }

    /// <summary>One request after the other, until the other side has no more.</summary>
    private static void Serve(int client, IVolumeDriver driver)
    {
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
                nint length;
                fixed (byte* start = buffer) length = sys_socket.recv(client, start, Chunk, 0);
                if (length < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR) continue;
                if (length <= 0) return;
                got.Write(buffer, 0, (int)length);
            }
        }
        catch (FormatException error)
        {
            Send(client, 400, Encoding.UTF8.GetBytes(error.Message + "\n"));
        }
        finally
        {
            unistd.close(client);
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
            nint sent;
            fixed (byte* start = bytes) sent = sys_socket.send(client, start + gone, bytes.Length - gone, sys_socket.MSG_NOSIGNAL);
            if (sent < 0 && Marshal.GetLastPInvokeError() != Errno.EINTR) return false;
            gone += (int)Math.Max(0, sent);
        }
        return true;
    }
}
