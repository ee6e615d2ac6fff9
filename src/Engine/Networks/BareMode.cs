namespace Minirun.Engine.Networks;

/// <summary>A network for which nothing is to be done.</summary>
/// <param name="name">In --net.</param>
/// <param name="own">It is the container's alone.</param>
internal abstract class BareMode(string name, bool own) : INetworkMode
{
    public string Name => name;
    public bool IsOwn => own;
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
        // It is what it is.
    }

    public void Disconnect(NetworkContext context)
    {
        // Nothing was made.
    }

    public IReadOnlyList<string>? Nameservers(NetworkContext context) => null;
}
