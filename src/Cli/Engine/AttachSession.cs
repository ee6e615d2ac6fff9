using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Minirun.Cli.Oci;
using Minirun.Cli.Output;
using Minirun.Engine.Containers;
using Minirun.Init;
using Minirun.Linux;
using Minirun.Runtime;
using Minirun.Runtime.Lifecycle;
using static Minirun.Linux.termios_;

namespace Minirun.Cli.Engine;

/// <summary>Our terminal or pipes joined to a container's, through its monitor, until it ends or we are told to leave.</summary>
internal sealed unsafe class AttachSession : IDisposable
{
    private const int Detached = 0, Patience = 30_000;   // ms
    private readonly EngineContainer _container;
    private readonly int _socket;
    private readonly bool _input;
    private readonly DetachKeys _keys;
    private readonly byte[] _buffer = new byte[65536];
    private RawTerminal? _terminal;
    private bool _welcome;

    private AttachSession(EngineContainer container, int socket, bool input, string? keys) =>
        (_container, _socket, _input, _keys) = (container, socket, input, new DetachKeys(keys));

    /// <summary>Signals to us are for the container; else they end us alone.</summary>
    public bool PassesSignals { get; set; } = true;

    /// <summary>
    /// The container ran before us. The end of our terminal (SIGHUP) is no business of it then: whoever closes a window does not mean it.
    /// </summary>
    public bool Joins { get; init; }

    /// <summary>We go when nobody reads what we write any more. Else that is the container's business, as in any pipeline.</summary>
    public bool EndsWithReader { get; set; }

    /// <param name="container">It has a monitor.</param>
    /// <param name="input">Whether our input goes in.</param>
    /// <param name="keys">The keys that detach; null: ctrl-p,ctrl-q.</param>
    /// <param name="joins">As <see cref="Joins"/>.</param>
    public static AttachSession Open(EngineContainer container, bool input, string? keys = null, bool joins = false)
    {
        int socket = UnixSocket.Connect(container.AttachPath, sys_socket.SOCK_SEQPACKET);
        var session = new AttachSession(container, socket, input, keys) { Joins = joins };
        // Before the command runs, if it is about to be started: it sees the right size from the first moment. One that runs gets another
        // size first, as docker has it: a change is what a shell draws its prompt anew for.
        if (container.Config.Tty) session.SendSize(taller: joins ? 1 : 0);
        return session;
    }

    /// <summary>Gives the container's exit code; 0 when detached.</summary>
    public int Run()
    {
        bool terminal = _container.Config.Tty && unistd.isatty(0) == 1;
        if (terminal && _input) _terminal = new RawTerminal();
        if (_container.Config.Tty) SendSize();
        ulong mask = Boot.RelayedSignals;
        int signals = Boot.SignalsAreBlocked ? (int)sys_syscall.syscall(sys_syscall.SYS_signalfd4, -1, (nint)(&mask), sizeof(ulong), signal.SFD_CLOEXEC | signal.SFD_NONBLOCK) : -1;
        bool reads = _input, watchesReader = EndsWithReader && !Screen.Out.IsTerminal;
        long deadline = Environment.TickCount64 + Patience;
        pollfd* fds = stackalloc pollfd[4];
        while (true)
        {
            bool ours = _terminal?.Take() ?? RawTerminal.IsForeground();
            fds[0] = new pollfd { fd = _socket, events = poll.POLLIN };
            fds[1] = new pollfd { fd = reads && ours ? 0 : -1, events = poll.POLLIN };
            fds[2] = new pollfd { fd = signals, events = poll.POLLIN };
            fds[3] = new pollfd { fd = watchesReader ? 1 : -1 };
            int patience = !_welcome ? (int)Math.Max(0, deadline - Environment.TickCount64) : reads && !ours ? RawTerminal.LookAgain : -1;
            int ready = poll.poll_(fds, 4, patience);
            if (ready < 0 || (ready == 0 && _welcome)) continue;
            if (fds[3].revents != 0) return 128 + signal.SIGPIPE;
            if (ready == 0) throw new UserError($"the monitor of container {_container.Config.Name} does not answer", "its minirun-monitor is in ps: is it stopped (kill -CONT), or hung (kill -9)?");
            if (fds[0].revents != 0 && Receive() is { } status) return status;
            if (fds[1].revents != 0)
            {
                Input what = SendInput();
                if (what == Input.Detach) return Leave();
                if (what == Input.HungUp && EndsBy(signal.SIGHUP)) return 128 + signal.SIGHUP;
                reads = what == Input.Goes;
            }
            if (fds[2].revents != 0 && Relay(signals) is var left and > 0) return 128 + left;
        }
    }

    /// <summary>
    /// A shell's prompt begins a line of its own, and whoever did not mean the keys knows what has happened (docker's words).
    /// </summary>
    private int Leave()
    {
        _terminal?.Dispose();
        OciOutput.Error("read escape sequence");
        return Detached;
    }

    public void Dispose()
    {
        _terminal?.Dispose();
        unistd.close(_socket);
    }

    private enum Input
    {
        Goes,
        Ended,
        HungUp,
        Detach,
    }

    /// <summary>The exit code, when that is what came.</summary>
    private int? Receive()
    {
        nint length;
        fixed (byte* start = _buffer) length = sys_socket.recv(_socket, start, _buffer.Length, 0);
        // What we sent last was never read, for the monitor had ended: the kernel says so first, and then gives what is there for us.
        if (length < 0 && Marshal.GetLastPInvokeError() is Errno.EINTR or Errno.ECONNRESET) return null;
        if (length <= 0) return Orphaned();
        // Whatever it is: it is there.
        _welcome = true;
        if (_buffer[0] == 3) return BinaryPrimitives.ReadInt32LittleEndian(_buffer.AsSpan(1));
        fixed (byte* start = _buffer)
            for (nint done = 1; done < length;)
            {
                nint count = unistd.write(_buffer[0] == 2 ? 2 : 1, start + done, length - done);
                if (count > 0) done += count;
                else if (Marshal.GetLastPInvokeError() is var errno and not Errno.EINTR)
                {
                    // Whoever writes for a reader that has gone is told so.
                    if (errno == Errno.EPIPE && !EndsWithReader) EndingSignal.PassOn(_container, signal.SIGPIPE);
                    break;
                }
            }
        return null;
    }

    /// <summary>Its monitor is gone without a word.</summary>
    private int Orphaned()
    {
        _container.WaitForMonitor(1000);
        ContainerState state = _container.State();
        if (state.Status == ContainerState.Running) throw new UserError($"the monitor of container {_container.Config.Name} was killed: it runs on, and nobody hears it", $"minirun restart {_container.Config.Name} gives it another");
        if (state.Cause == "unknown") Output.Message.Warning($"container {_container.Config.Name}: {state.Error}");
        return state.ExitCode;
    }

    private Input SendInput()
    {
        byte* typed = stackalloc byte[4096];
        nint length = unistd.read(0, typed, 4096);
        bool isOurs = _terminal is { IsRaw: true };
        if (length < 0 && Marshal.GetLastPInvokeError() is Errno.EINTR or Errno.EAGAIN) return Input.Goes;
        // In raw mode no key ends the input: the terminal is gone. That is to be seen before its SIGHUP comes, which a shell may send
        // later.
        if (length <= 0 && isOurs) return Input.HungUp;
        if (length < 0) return Input.Ended;
        byte[] message = new byte[1 + length + _keys.MostHeld];
        int count = (int)length;
        bool detaches = false;
        if (isOurs) detaches = _keys.Take(new ReadOnlySpan<byte>(typed, count), message.AsSpan(1), out count);
        else new ReadOnlySpan<byte>(typed, count).CopyTo(message.AsSpan(1));
        message[0] = length == 0 ? (byte)5 : (byte)0;
        fixed (byte* start = message)
            if (count > 0 || length == 0) sys_socket.send(_socket, start, count + 1, sys_socket.MSG_NOSIGNAL);
        return detaches ? Input.Detach : length == 0 ? Input.Ended : Input.Goes;
    }

    /// <summary>A signal that ends us; 0: none.</summary>
    private int Relay(int signals)
    {
        signalfd_siginfo info;
        while (unistd.read(signals, &info, sizeof(signalfd_siginfo)) == sizeof(signalfd_siginfo))
        {
            int number = (int)info.ssi_signo;
            if (number == signal.SIGCONT) _terminal?.Retake();
            if (number == signal.SIGWINCH) SendSize();
            else if (number is signal.SIGCHLD or signal.SIGPIPE) continue;
            else if (EndsBy(number)) return number;
        }
        return 0;
    }

    /// <summary>Passes a signal on; true when it ends us alone instead.</summary>
    private bool EndsBy(int number)
    {
        if (!PassesSignals || (number == signal.SIGHUP && Joins)) return true;
        EndingSignal.PassOn(_container, number);
        return false;
    }

    private void SendSize(int taller = 0)
    {
        winsize size;
        if (ioctl(1, TIOCGWINSZ, &size) != 0 && ioctl(0, TIOCGWINSZ, &size) != 0) return;
        byte* message = stackalloc byte[5];
        message[0] = 4;
        *(ushort*)(message + 1) = (ushort)(size.ws_row + taller);
        *(ushort*)(message + 3) = size.ws_col;
        sys_socket.send(_socket, message, 5, sys_socket.MSG_NOSIGNAL);
    }
}
