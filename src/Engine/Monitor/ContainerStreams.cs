using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;

namespace Minirun.Engine.Monitor;

/// <summary>A container's standard input, output and error: pipes, or one terminal. Both ends, until the container has its own.</summary>
internal sealed class ContainerStreams : IDisposable
{
    private readonly Fd[] _theirs = [Fd.None, Fd.None, Fd.None];
    private readonly string _path = "";
    private Fd _listener = Fd.None, _directory = Fd.None;
    private Fd _input = Fd.None, _output = Fd.None, _error = Fd.None;

    /// <param name="terminal">One terminal for all.</param>
    /// <param name="input">Whether it has an input at all.</param>
    /// <param name="directory">Where there is room for the socket that a runtime brings the terminal to.</param>
    /// <param name="socket">What it is called there.</param>
    public ContainerStreams(bool terminal, bool input, string directory, string socket = "console.sock")
    {
        IsTerminal = terminal;
        if (terminal) _path = $"{directory}/{socket}";
        try
        {
            if (terminal) ConsoleSocket = OpenTerminal(directory, socket);
            else OpenPipes(input);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public bool IsTerminal { get; }
    public string? ConsoleSocket { get; }

    /// <summary>Our ends; -1: none, or at its end. Of a terminal input and output are one.</summary>
    public int Input => IsTerminal ? _output : _input;
    public int Output => _output;
    public int Error => _error;

    /// <summary>What the container is to have as 0, 1 and 2.</summary>
    public int[] Theirs => [_theirs[0], _theirs[1], _theirs[2]];

    /// <summary>The container has its ends: ours of them would keep the pipes open. A terminal is waiting at the socket.</summary>
    public void HandedOver()
    {
        CloseTheirs();
        if (!IsTerminal) return;
        using Fd connection = UnixSocket.Accept(_listener);
        if (!connection.IsOpen) throw new LinuxException("accept4", Io.Error);
        _output = SocketCalls.ReceiveDescriptor(connection)
            ?? throw new UserError("the runtime gave no terminal", "does it have --console-socket? See --runtime");
        Io.SetNonblocking(_output);
        CloseListener();
    }

    public void EndOutput() => _output.Dispose();

    public void EndError() => _error.Dispose();

    /// <summary>No more input, where that is a pipe.</summary>
    public void EndInput() => _input.Dispose();

    public void Resize(ushort rows, ushort columns)
    {
        if (IsTerminal && _output.IsOpen) Terminal.SetSize(_output, rows, columns);
    }

    public void Dispose()
    {
        CloseTheirs();
        _input.Dispose();
        _output.Dispose();
        _error.Dispose();
        CloseListener();
    }

    private string OpenTerminal(string directory, string socket)
    {
        unistd.unlink(_path);
        _listener = UnixSocket.Listen(_path, sys_socket.SOCK_STREAM);
        // A way there that is short enough for everybody's sockaddr_un.
        _directory = Fd.Open(directory, fcntl.O_PATH | fcntl.O_DIRECTORY);
        for (int i = 0; i < 3; i++) _theirs[i] = Fd.OpenNothing();
        return $"/proc/{unistd.getpid()}/fd/{_directory.Number}/{socket}";
    }

    private void OpenPipes(bool input)
    {
        if (!input) _theirs[0] = Fd.OpenNothing();
        else
        {
            (_theirs[0], _input) = Fd.Pipe();
            Io.SetNonblocking(_input);
        }
        (_output, _theirs[1]) = Fd.Pipe();
        (_error, _theirs[2]) = Fd.Pipe();
    }

    private void CloseListener()
    {
        if (!_listener.IsOpen) return;
        _listener.Dispose();
        _directory.Dispose();
        unistd.unlink(_path);
    }

    private void CloseTheirs()
    {
        foreach (Fd fd in _theirs) fd.Dispose();
    }

    internal static void SetNonblocking(int fd) => Io.SetNonblocking(fd);
}
