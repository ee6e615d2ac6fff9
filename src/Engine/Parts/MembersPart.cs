using Minirun.Engine.Records;
using Minirun.Runtime.Lifecycle;
using Minirun.Runtime.State;

namespace Minirun.Engine.Parts;

/// <summary>Processes that outlive the first one where there is no cgroup and no pid namespace that would end them.</summary>
internal sealed class MembersPart : IContainerPart
{
    private const int Patience = 5000;   // ms

    public string Name => "members";
    public bool HasStep => false;

    public void Connect(ContainerStart start) => start.Outliving = Ending.Outliving(start.Pid, start.Container.OwnNamespaces());

    public string? Release(EngineContainer container, ContainerStart? start)
    {
        using NamespaceMembers? members = start?.Outliving;
        members?.End(Patience);
        return null;
    }
}
