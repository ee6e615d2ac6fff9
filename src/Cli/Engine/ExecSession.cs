using System.Runtime.InteropServices;
using Minirun.Cli.Oci;
using Minirun.Engine.Containers;
using Minirun.Engine.Execution;
using Minirun.Engine.Monitor;
using Minirun.Init;
using Minirun.Linux;
using Minirun.Runtime.Lifecycle;
using static Minirun.Linux.termios_;

namespace Minirun.Cli.Engine;

/// <summary>Our terminal joined to that of another process in a container (<c>exec -it</c>), until it ends or we are told to leave.</summary>
internal sealed unsafe class ExecSession(ExecTerminal process, DetachKeys keys)
{
    private const int Grace = 100;   // ms; for what it has written before its end
    private readonly byte[] _buffer = new byte[65536];
    private readonly byte[] _typed = new byte[4096], _passed = new byte[4096 + keys.MostHeld];
    private int _from, _to;
    private RawTerminal? _terminal;

    /// <summary>Gives its exit code; 0 when detached.</summary>
    public static int Run(EngineContainer container, ExecRequest request, string? keys)
    {
        var detach = new DetachKeys(keys);
        using ExecTerminal? process = ExecTerminal.Start(container, request, out int status);
        return process is null ? status : new ExecSession(process, detach).Run();
    }

    private int Run()
    {
        using var terminal = new RawTerminal();
        SendSize();
        ulong mask = Boot.RelayedSignals;
        int signals = Boot.SignalsAreBlocked ? (int)sys_syscall.syscall(sys_syscall.SYS_signalfd4, -1, (nint)(&mask), sizeof(ulong), signal.SFD_CLOEXEC | signal.SFD_NONBLOCK) : -1;
        _terminal = terminal;
        bool reads = true, writes = true, ended = false;
        pollfd* fds = stackalloc pollfd[4];
        while (true)
        {
            bool waits = _from < _to;
            fds[0] = new pollfd { fd = writes ? process.Master : -1, events = (short)(poll.POLLIN | (waits ? poll.POLLOUT : 0)) };
            bool ours = terminal.Take();
            fds[1] = new pollfd { fd = reads && !waits && !ended && ours ? 0 : -1, events = poll.POLLIN };
            fds[2] = new pollfd { fd = ended ? -1 : process.PidFd, events = poll.POLLIN };
            fds[3] = new pollfd { fd = signals, events = poll.POLLIN };
            int ready = poll.poll_(fds, 4, ended ? Grace : ours ? -1 : RawTerminal.LookAgain);
            if (ready < 0) continue;
            if ((fds[0].revents & (poll.POLLIN | poll.POLLHUP | poll.POLLERR)) != 0) writes = Show();
            if (ended && (ready == 0 || !writes)) return process.Wait();
            if (writes && waits && (fds[0].revents & poll.POLLOUT) != 0) Pass();
            if (fds[1].revents != 0)
            {
                reads = Read(out bool detached);
                if (detached)
                {
                    process.Leave();
                    terminal.Dispose();
                    OciOutput.Error("read escape sequence");
                    return 0;
                }
            }
            ended |= fds[2].revents != 0;
            if (fds[3].revents != 0) Relay(signals);
        }
    }

    /// <summary>What it writes. False when nobody has the terminal any more.</summary>
    private bool Show()
    {
        nint length;
        fixed (byte* start = _buffer)
        {
            length = unistd.read(process.Master, start, _buffer.Length);
            if (length <= 0) return length < 0 && Marshal.GetLastPInvokeError() is Errno.EAGAIN or Errno.EINTR;
            for (nint done = 0; done < length;)
            {
                nint count = unistd.write(1, start + done, length - done);
                if (count > 0) done += count;
                else if (Marshal.GetLastPInvokeError() is var errno and not Errno.EINTR)
                {
                    // Whoever writes for a reader that has gone is told so.
                    if (errno == Errno.EPIPE) process.Signal(signal.SIGPIPE);
                    break;
                }
            }
        }
        return true;
    }

    /// <summary>What is typed. False when nothing more comes.</summary>
    private bool Read(out bool detached)
    {
        detached = false;
        nint length;
        fixed (byte* start = _typed) length = unistd.read(0, start, _typed.Length);
        if (length <= 0) return length < 0 && Marshal.GetLastPInvokeError() is Errno.EINTR or Errno.EAGAIN;
        detached = keys.Take(_typed.AsSpan(0, (int)length), _passed, out int count);
        (_from, _to) = (0, count);
        if (count > 0) Pass();
        return true;
    }

    private void Pass()
    {
        fixed (byte* start = _passed)
        {
            nint count = unistd.write(process.Master, start + _from, _to - _from);
            // Nobody reads it any more: it is lost, as in any terminal.
            _from = count > 0 ? _from + (int)count : Marshal.GetLastPInvokeError() == Errno.EAGAIN ? _from : _to;
        }
    }

    private void Relay(int signals)
    {
        signalfd_siginfo info;
        while (unistd.read(signals, &info, sizeof(signalfd_siginfo)) == sizeof(signalfd_siginfo))
            if (info.ssi_signo == signal.SIGCONT) _terminal!.Retake();
            else if (info.ssi_signo == signal.SIGWINCH) SendSize();
            else if (info.ssi_signo is not (signal.SIGCHLD or signal.SIGPIPE)) process.Signal((int)info.ssi_signo);
    }

    private void SendSize()
    {
        winsize size;
        if (ioctl(0, TIOCGWINSZ, &size) == 0 || ioctl(1, TIOCGWINSZ, &size) == 0) process.Resize(size.ws_row, size.ws_col);
    }
}
