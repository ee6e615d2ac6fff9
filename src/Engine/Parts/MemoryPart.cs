using Minirun.Engine.Records;

namespace Minirun.Engine.Parts;

/// <summary>The look at what the container's cgroup says of its memory.</summary>
internal sealed class MemoryPart : IContainerPart
{
    public string Name => "memory";
    public bool HasStep => false;

    public void Connect(ContainerStart start) => start.Memory = MemoryWatch.Of(start.Pid, start.Container);

    public string? Release(EngineContainer container, ContainerStart? start)
    {
        start?.Memory?.Dispose();
        return null;
    }
}
