using Minirun.Engine.Records;

namespace Minirun.Engine.Networks;

/// <summary>One container, for its network mode.</summary>
public sealed class NetworkContext(EngineContainer container, NetworkRecord record)
{
    public EngineContainer Container { get; } = container;
    public NetworkRecord Record { get; } = record;
    public NetworkUse Use => Container.Config.Network;
    public EnginePaths Paths => Container.Paths;

    /// <summary>Before something is made, so that who comes after a crash knows of it.</summary>
    public void Save() => Record.Write(Container.Directory);
}
