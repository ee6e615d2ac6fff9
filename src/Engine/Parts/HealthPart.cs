using Minirun.Engine.Health;
using Minirun.Engine.Records;

namespace Minirun.Engine.Parts;

internal sealed class HealthPart : IContainerPart
{
    public string Name => "health";
    public bool HasStep => false;

    public void Connect(ContainerStart start) => start.Health = HealthProbe.Of(start.Container, start.State, start.Flight);

    public string? Release(EngineContainer container, ContainerStart? start)
    {
        start?.Health?.Dispose();
        return null;
    }
}
