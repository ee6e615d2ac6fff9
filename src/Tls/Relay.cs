using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Minirun.Tls;

/// <summary>One connection: the handshake, then bytes in both directions, each in a thread of its own.</summary>
internal sealed class Relay(Socket ours, Socket connection, TlsArguments arguments)
{
    private const int Chunk = 16 * 1024;   // a TLS record's most
    private readonly SslStream _tls = new(new NetworkStream(connection));
    private readonly ManualResetEventSlim _ended = new(), _greeted = new();
    private Exception? _error;
    private bool _isAsked;

    public bool ShakeHands()
    {
        PeerCertificate? peer = null;
        try
        {
            peer = new PeerCertificate(arguments, PemFile.Authorities(arguments.CaCert));
            long began = Stopwatch.GetTimestamp();
            _tls.AuthenticateAsClient(new SslClientAuthenticationOptions
            {
                TargetHost = arguments.Host,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                RemoteCertificateValidationCallback = peer.Check,
                ClientCertificateContext = PemFile.Own(arguments.Cert, arguments.Key),
                LocalCertificateSelectionCallback = arguments.Cert is null ? NoteQuestion : null,
            });
            new Thread(Down) { IsBackground = true }.Start();
            if (IsRefused(Stopwatch.GetElapsedTime(began)))
                throw _error
                    ?? new IOException("it ended the connection after the handshake: our certificate is missing, or not what it wants");
            Say("+\n"u8);
            _greeted.Set();
            return true;
        }
        catch (Exception error) when (IsExpected(error))
        {
            Say(Encoding.UTF8.GetBytes($"-{peer?.Refusal ?? Words(error)}\n"));
            return false;
        }
    }

    /// <summary>
    /// In TLS 1.3 the other side judges our certificate when the handshake is over for us. Its refusal takes as long as the way there and
    /// back, and the handshake took that at least once.
    /// </summary>
    private bool IsRefused(TimeSpan handshake) =>
        (_isAsked || arguments.Cert is not null)
            && _ended.Wait(TimeSpan.FromMilliseconds(Math.Clamp(handshake.TotalMilliseconds * 2, 100, 500)));

    /// <summary>Called a second time, with its certificate, when the other side asks for ours; we have none.</summary>
    private X509Certificate NoteQuestion(object sender, string host, X509CertificateCollection own, X509Certificate? theirs,
        string[] issuers)
    {
        _isAsked |= theirs is not null;
        return null!;
    }

    /// <summary>Until one side ends; gives the exit code.</summary>
    public int Pass()
    {
        try
        {
            Up();
            _tls.ShutdownAsync().Wait();
            return 0;
        }
        catch (Exception error) when (IsExpected(error) || error is AggregateException)
        {
            return End(error);
        }
    }

    private void Up()
    {
        byte[] buffer = new byte[Chunk];
        Span<byte> count = stackalloc byte[4];
        for (int length; (length = ours.Receive(buffer)) > 0;)
        {
            _tls.Write(buffer, 0, length);
            if (!arguments.Acknowledge) continue;
            BinaryPrimitives.WriteInt32LittleEndian(count, length);
            Say(count);
        }
    }

    private void Down()
    {
        byte[] buffer = new byte[Chunk];
        try
        {
            for (int length; (length = _tls.Read(buffer, 0, Chunk)) > 0;)
            {
                _greeted.Wait();
                if (!arguments.Acknowledge) Say(buffer.AsSpan(0, length));
            }
        }
        catch (Exception error) when (IsExpected(error))
        {
            _error = error;
        }
        _ended.Set();
        _greeted.Wait();
        Environment.Exit(End(_error));
    }

    /// <summary>The other side has gone: so do we. Why is said where there is a place for it: as a count of nothing, and words.</summary>
    private int End(Exception? error)
    {
        try
        {
            if (arguments.Acknowledge && error is not null) Say([0, 0, 0, 0, .. Encoding.UTF8.GetBytes(Words(error))]);
        }
        catch (SocketException)
        {
            // Ours has gone first.
        }
        return error is null ? 0 : 1;
    }

    private void Say(ReadOnlySpan<byte> bytes)
    {
        lock (ours)
            while (!bytes.IsEmpty) bytes = bytes[ours.Send(bytes)..];
    }

    private static bool IsExpected(Exception error) =>
        error is AuthenticationException or IOException or SocketException or CryptographicException or UnauthorizedAccessException
            or InvalidOperationException;

    /// <summary>The innermost says most; on one line.</summary>
    private static string Words(Exception error)
    {
        while (error.InnerException is { } inner) error = inner;
        return error.Message.ReplaceLineEndings(" ");
    }
}
