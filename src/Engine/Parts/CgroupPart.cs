using Minirun.Engine.Execution;
using Minirun.Engine.Records;

namespace Minirun.Engine.Parts;

/// <summary>The cgroup that root's containers are made in, below which the runtime makes each its own.</summary>
internal sealed class CgroupPart : IContainerPart
{
    public string Name => "cgroup";
    public bool HasStep => false;

    public string? Release(EngineContainer container, ContainerStart? start)
    {
        ParentCgroup.RemoveIfEmpty();
        return null;
    }
}
