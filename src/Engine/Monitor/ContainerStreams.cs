using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Lifecycle;
using winsize = Tmds.Linux.winsize;

namespace Minirun.Engine.Monitor;

/// <summary>A container's standard input, output and error: pipes, or one terminal. Both ends, until the container has its own.</summary>
internal sealed unsafe class ContainerStreams : IDisposable
{
    private readonly int[] _theirs = [-1, -1, -1];
    private int _listener = -1, _directory = -1;
    private readonly string _path = "";

    /// <param name="terminal">One terminal for all.</param>
    /// <param name="input">Whether it has an input at all.</param>
    /// <param name="directory">Where there is room for the socket that a runtime brings the terminal to.</param>
    /// <param name="socket">What it is called there.</param>
    public ContainerStreams(bool terminal, bool input, string directory, string socket = "console.sock")
    {
        IsTerminal = terminal;
        if (terminal)
        {
            _path = $"{directory}/{socket}";
            unistd.unlink(_path);
            _listener = UnixSocket.Listen(_path, sys_socket.SOCK_STREAM);
            // A way there that is short enough for everybody's sockaddr_un.
            _directory =
                (int)LinuxException.Check(fcntl.open(directory, fcntl.O_PATH | fcntl.O_DIRECTORY | fcntl.O_CLOEXEC), "open", directory);
            ConsoleSocket = $"/proc/{unistd.getpid()}/fd/{_directory}/{socket}";
            for (int i = 0; i < 3; i++) _theirs[i] = Nothing();
            return;
        }
        (_theirs[0], Input) = input ? Pipe() : (Nothing(), -1);
        if (Input >= 0) SetNonblocking(Input);
        (Output, _theirs[1]) = Pipe();
        (Error, _theirs[2]) = Pipe();
    }

    public bool IsTerminal { get; }
    public string? ConsoleSocket { get; }

    /// <summary>Our ends; -1: none, or at its end.</summary>
    public int Input { get; private set; } = -1;
    public int Output { get; private set; } = -1;
    public int Error { get; private set; } = -1;

    /// <summary>What the container is to have as 0, 1 and 2.</summary>
    public ReadOnlySpan<int> Theirs => _theirs;

    /// <summary>The container has its ends: ours of them would keep the pipes open. A terminal is waiting at the socket.</summary>
    public void HandedOver()
    {
        CloseTheirs();
        if (!IsTerminal) return;
        int connection = (int)LinuxException.Check(UnixSocket.Accept(_listener), "accept4");
        byte* name = stackalloc byte[4096];
        iovec part = new() { iov_base = name, iov_len = 4096 };
        cmsghdr_fd control = default;
        msghdr message = new() { msg_iov = &part, msg_iovlen = 1, msg_control = &control, msg_controllen = sizeof(cmsghdr_fd) };
        nint got = sys_socket.recvmsg(connection, &message, sys_socket.MSG_CMSG_CLOEXEC);
        unistd.close(connection);
        if (got < 0 || message.msg_controllen < cmsghdr_fd.Length)
            throw new UserError("the runtime gave no terminal", "does it have --console-socket? See --runtime");
        Output = Input = control.fd;
        SetNonblocking(Output);
        CloseListener();
    }

    public void EndOutput()
    {
        if (IsTerminal) Input = -1;
        unistd.close(Output);
        Output = -1;
    }

    public void EndError()
    {
        unistd.close(Error);
        Error = -1;
    }

    /// <summary>No more input, where that is a pipe.</summary>
    public void EndInput()
    {
        if (Input < 0) return;
        unistd.close(Input);
        Input = -1;
    }

    public void Resize(ushort rows, ushort columns)
    {
        winsize size = new() { ws_row = rows, ws_col = columns };
        if (IsTerminal && Output >= 0) termios_.ioctl(Output, termios_.TIOCSWINSZ, &size);
    }

    public void Dispose()
    {
        CloseTheirs();
        if (Input >= 0 && Input != Output) unistd.close(Input);
        if (Output >= 0) unistd.close(Output);
        if (Error >= 0) unistd.close(Error);
        Input = Output = Error = -1;
        CloseListener();
    }

    private void CloseListener()
    {
        if (_listener < 0) return;
        unistd.close(_listener);
        unistd.close(_directory);
        unistd.unlink(_path);
        _listener = -1;
    }

    private void CloseTheirs()
    {
        for (int i = 0; i < 3; i++)
        {
            if (_theirs[i] >= 0) unistd.close(_theirs[i]);
            _theirs[i] = -1;
        }
    }

    private static int Nothing() => (int)LinuxException.Check(fcntl.open("/dev/null", fcntl.O_RDWR | fcntl.O_CLOEXEC), "open", "/dev/null");

    private static (int Read, int Write) Pipe()
    {
        int* ends = stackalloc int[2];
        LinuxException.Check(unistd.pipe2(ends, fcntl.O_CLOEXEC), "pipe2");
        return (ends[0], ends[1]);
    }

    internal static void SetNonblocking(int fd) => fcntl.fcntl_(fd, fcntl.F_SETFL, fcntl.fcntl_(fd, fcntl.F_GETFL) | fcntl.O_NONBLOCK);
}
