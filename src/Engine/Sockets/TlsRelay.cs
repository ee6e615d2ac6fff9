using System.Text;
using Minirun.Linux;
using Minirun.Linux.Calls;
using Minirun.Runtime;
using Minirun.Runtime.Launch;
using Minirun.Runtime.Request;

namespace Minirun.Engine.Sockets;

/// <summary>
/// A connection with TLS: a process of minirun-tls between the other side and us, for this program is static and has none. It ends with us,
/// and it is ended here whatever it is doing.
/// </summary>
internal sealed class TlsRelay : IDisposable
{
    private const int Longest = 400, Goodbye = 200;   // bytes of a reason, ms
    private readonly List<byte> _said = [];
    private readonly Fd _ours;
    private readonly ChildProgram _program;

    private TlsRelay(Fd ours, ChildProgram program) => (_ours, _program) = (ours, program);

    /// <summary>Beside our own program.</summary>
    public static string Program { get; set; } = Path.Combine(Path.GetDirectoryName(new Host().Executable) ?? "", "minirun-tls");

    /// <summary>Our side of it: plain bytes. Readable when it has something to say of the handshake.</summary>
    public int Descriptor => _ours;

    public bool IsReady { get; private set; }

    /// <summary>Why the handshake failed.</summary>
    public string? Reason { get; private set; }

    /// <exception cref="UserError">It is not installed.</exception>
    public static void Require(string what)
    {
        if (!File.Exists(Program))
            throw new UserError($"{what}: TLS needs the program minirun-tls, and there is no {Program}",
                "./build.sh install puts it beside minirun");
    }

    /// <summary>Starts one on a connected socket, which is its own from then on.</summary>
    /// <param name="acknowledge">It sends no bytes of the other side's, but how many of ours have gone there.</param>
    /// <exception cref="LinuxException">It cannot be executed.</exception>
    public static TlsRelay Start(int connection, string host, TlsOptions options, bool acknowledge)
    {
        List<string> arguments = ["minirun-tls"];
        if (acknowledge) arguments.Add("--acknowledge");
        if (options.SkipVerify) arguments.Add("--skip-verify");
        if (options.CaCert is { } ca) arguments.AddRange(["--ca-cert", ca]);
        if (options.Cert is { } cert) arguments.AddRange(["--cert", cert, "--key", options.Key ?? cert]);
        (Fd ours, Fd theirs) = SocketCalls.Pair(sys_socket.SOCK_STREAM);
        try
        {
            using Fd given = theirs, nothing = Fd.OpenNothing();
            // It waits in its calls; we never do.
            fcntl.fcntl_(connection, fcntl.F_SETFL, 0);
            return new TlsRelay(ours, ChildProgram.Start(Program, [.. arguments, host], [given, connection, nothing]));
        }
        catch
        {
            ours.Dispose();
            throw;
        }
    }

    /// <summary>Takes what it has said of the handshake: 0 when it is done, EAGAIN when it is not yet, EPROTO when it failed.</summary>
    public int Continue()
    {
        Span<byte> next = stackalloc byte[1];
        while (!IsReady && Reason is null)
        {
            int errno = Descriptors.Receive(Descriptor, next, out int received);
            if (errno == Errno.EAGAIN) return errno;
            if (errno != 0 || received == 0) Reason = "minirun-tls ended at once: is OpenSSL installed (Debian: libssl3)?";
            else if (next[0] != '\n' && _said.Count < Longest) _said.Add(next[0]);
            else if (_said is [(byte)'+']) IsReady = true;
            else Reason = Encoding.UTF8.GetString([.. _said]).TrimStart('-');
        }
        return IsReady ? 0 : Errno.EPROTO;
    }

    public void Dispose()
    {
        _ours.Dispose();
        // It says goodbye to the other side and goes; one that is stuck is sent.
        if (!Poller.Await(_program.PidFd, poll.POLLIN, Goodbye)) _ = signal.kill(_program.Pid, signal.SIGKILL);
        _program.Wait();
        _program.Dispose();
    }
}
