namespace Minirun.Engine.Networks;

/// <summary>A network with only lo.</summary>
internal sealed class NoneMode : INetworkMode
{
    public string Name => "none";
    public bool IsOwn => true;
    public bool CanPublish => false;
    public bool CanChooseAddress => false;

    public void Require()
    {
        // Always there.
    }

    public void Prepare(NetworkContext context)
    {
        // The runtime makes the namespace, and brings lo up.
    }

    public void Connect(NetworkContext context, int pid)
    {
        // To nothing.
    }

    public void Disconnect(NetworkContext context)
    {
        // Nothing was made.
    }

    public IReadOnlyList<string>? Nameservers(NetworkContext context) => null;
}
