using Minirun.Engine.Networks;
using Minirun.Engine.Records;

namespace Minirun.Engine.Parts;

internal sealed class NetworkPart : IContainerPart
{
    public string Name => FlightStep.Network;

    public void Prepare(ContainerStart start) => ContainerNetwork.Prepare(start.Container);

    public void Connect(ContainerStart start) => ContainerNetwork.Connect(start.Container, start.Pid);

    public string? Release(EngineContainer container, ContainerStart? start)
    {
        ContainerNetwork.Release(container);
        return null;
    }
}
