using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Minirun.Cli.Tests.Support;

/// <summary>
/// A seccomp agent: takes listeners at a socket, and answers the system calls that come through them (seccomp_unotify(2)). x86-64.
/// </summary>
internal sealed unsafe partial class SeccompAgent : IDisposable
{
    /// <summary>What calls of <see cref="Answered"/> give.</summary>
    public const long Answer = 4242;

    /// <summary>acct(2), which nobody makes by chance; all other calls go on as if nothing were.</summary>
    public const int Answered = 163;

    private const nuint NOTIF_RECV = 0xc0502100, NOTIF_SEND = 0xc0182101;
    private const int RightsLength = 20, POLLIN = 1, MSG_CMSG_CLOEXEC = 0x40000000;
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly BlockingCollection<string> _messages = [];
    private readonly string _path;

    public SeccompAgent(string path)
    {
        _path = path;
        _socket.Bind(new UnixDomainSocketEndPoint(path));
        _socket.Listen();
        new Thread(Accept) { IsBackground = true }.Start();
    }

    /// <summary>The JSON that came with the next listener.</summary>
    public string Message() =>
        _messages.TryTake(out string? message, TimeSpan.FromSeconds(10)) ? message : throw new TimeoutException("no listener came");

    /// <summary>The calls that were asked about.</summary>
    public ConcurrentBag<int> Calls { get; } = [];

    public void Dispose()
    {
        // A thread that is in accept keeps the socket a little longer.
        File.Delete(_path);
        _socket.Dispose();
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                using Socket connection = _socket.Accept();
                (string message, int listener) = Receive((int)connection.Handle);
                _messages.Add(message);
                if (listener >= 0) new Thread(() => Serve(listener)) { IsBackground = true }.Start();
            }
        }
        catch (SocketException)
        {
            // Disposed of.
        }
    }

    /// <summary>One message and the descriptor that came with it, or -1.</summary>
    internal static (string Message, int Descriptor) Receive(int connection)
    {
        byte* text = stackalloc byte[65536];
        long* control = stackalloc long[3];
        nint* part = stackalloc nint[] { (nint)text, 65536 };
        // struct msghdr: name, its length, parts, how many, control, its length, flags
        nint* message = stackalloc nint[] { 0, 0, (nint)part, 1, (nint)control, 24, 0 };
        nint count = recvmsg(connection, message, MSG_CMSG_CLOEXEC);
        bool has = message[5] >= RightsLength;
        return (Encoding.UTF8.GetString(text, (int)Math.Max(count, 0)), has ? (int)control[2] : -1);
    }

    /// <summary>Until nobody is under the filter any more.</summary>
    private void Serve(int listener)
    {
        byte* notification = stackalloc byte[80], response = stackalloc byte[24];
        int* source = stackalloc int[2];
        while (true)
        {
            source[0] = listener;
            source[1] = POLLIN;
            if (poll(source, 1, -1) < 0) continue;
            if (((source[1] >> 16) & POLLIN) == 0) break;
            new Span<byte>(notification, 80).Clear();
            if (ioctl(listener, NOTIF_RECV, notification) < 0) continue;   // whoever asked has died
            int call = *(int*)(notification + 16);
            Calls.Add(call);
            new Span<byte>(response, 24).Clear();
            *(ulong*)response = *(ulong*)notification;
            if (call == Answered) *(long*)(response + 8) = Answer;
            else *(uint*)(response + 20) = 1;   // SECCOMP_USER_NOTIF_FLAG_CONTINUE
            _ = ioctl(listener, NOTIF_SEND, response);
        }
        _ = close(listener);
    }

    [LibraryImport("libc")] private static partial nint recvmsg(int fd, void* message, int flags);
    [LibraryImport("libc")] private static partial int ioctl(int fd, nuint request, void* argument);
    [LibraryImport("libc")] private static partial int poll(void* fds, nuint count, int milliseconds);
    [LibraryImport("libc")] private static partial int close(int fd);
}
