using Minirun.Runtime;

namespace Minirun.Engine.Networks;

/// <summary>
/// How a container is connected. Each start goes through all three; what the last needs stands in the record, since another process may do
/// it.
/// </summary>
public interface INetworkMode
{
    /// <summary>As in --net.</summary>
    string Name { get; }

    /// <summary>Whether it is a network of the container's own: a new namespace.</summary>
    bool IsOwn { get; }

    bool CanPublish { get; }

    /// <summary>--ip.</summary>
    bool CanChooseAddress { get; }

    /// <summary>Whether this machine and this user have what it needs.</summary>
    /// <exception cref="UserError">No; what is missing.</exception>
    void Require();

    /// <summary>Before the container is made.</summary>
    void Prepare(NetworkContext context);

    /// <summary>The container waits for its start: its network namespace is there, and empty but for lo.</summary>
    /// <param name="pid">Its first process.</param>
    /// <exception cref="UserError">It cannot be connected.</exception>
    void Connect(NetworkContext context, int pid);

    /// <summary>After its end, or after its monitor's. That something is gone already is no error.</summary>
    void Disconnect(NetworkContext context);

    /// <summary>Who resolves names in it; null: who does it on the host.</summary>
    IReadOnlyList<string>? Nameservers(NetworkContext context);
}
