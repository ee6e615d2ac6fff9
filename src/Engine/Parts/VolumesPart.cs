using Minirun.Engine.Records;
using Minirun.Engine.Volumes;

namespace Minirun.Engine.Parts;

internal sealed class VolumesPart : IContainerPart
{
    public string Name => FlightStep.Volumes;

    public void Prepare(ContainerStart start) => ContainerVolumes.Mount(start.Container);

    public string? Release(EngineContainer container, ContainerStart? start) => ContainerVolumes.Release(container);
}
