using Minirun.Linux;

namespace Minirun.Engine.Sockets;

/// <summary>
/// A connection through a relay that speaks TLS: first the other side is connected to, then the relay shakes hands with it.
/// </summary>
internal sealed class TlsConnection(Endpoint endpoint, TlsOptions options) : Connection(endpoint)
{
    private readonly Endpoint _endpoint = endpoint;
    private TlsRelay? _relay;

    /// <summary>Its end of the relay, once there is one.</summary>
    public override int Descriptor => _relay?.Descriptor ?? base.Descriptor;

    public override short Awaits => _relay is null ? base.Awaits : poll.POLLIN;

    public override bool Acknowledges => true;

    public override int Open()
    {
        Reason = null;
        int errno = base.Open();
        return errno == 0 && !IsConnecting ? Relay() : errno;
    }

    public override int Finish()
    {
        if (_relay is null)
        {
            int errno = base.Finish();
            return errno == 0 ? Relay() : errno;
        }
        int shaken = _relay.Continue();
        if (shaken == Errno.EAGAIN) return 0;
        Reason = _relay.Reason;
        IsConnecting = false;
        return shaken;
    }

    public override void Close()
    {
        _relay?.Dispose();
        _relay = null;
        base.Close();
    }

    private int Relay()
    {
        try
        {
            _relay = TlsRelay.Start(Descriptor, _endpoint.Host, options, acknowledge: true);
            CloseSocket();
            IsConnecting = true;
            return 0;
        }
        catch (LinuxException error)
        {
            Reason = $"{TlsRelay.Program}: {Errno.Describe(error.Number)}";
            Close();
            return error.Number;
        }
    }
}
