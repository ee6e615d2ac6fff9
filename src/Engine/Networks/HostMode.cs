namespace Minirun.Engine.Networks;

/// <summary>The host's network.</summary>
internal sealed class HostMode : INetworkMode
{
    public string Name => "host";
    public bool IsOwn => false;
    public bool CanPublish => false;
    public bool CanChooseAddress => false;

    public void Require()
    {
        // Always there.
    }

    public void Prepare(NetworkContext context)
    {
        // Nothing is made.
    }

    public void Connect(NetworkContext context, int pid)
    {
        // It is.
    }

    public void Disconnect(NetworkContext context)
    {
        // Nothing was made.
    }

    public IReadOnlyList<string>? Nameservers(NetworkContext context) => null;
}
