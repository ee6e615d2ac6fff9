using Minirun.Engine.Records;
using Minirun.Runtime.Cgroups;
using Minirun.Runtime.Launch;
using Minirun.Runtime.Lifecycle;
using Minirun.Runtime.State;

namespace Minirun.Engine.Parts;

/// <summary>Processes that outlive the first one where there is no cgroup and no pid namespace that would end them.</summary>
internal sealed class MembersPart : IContainerPart
{
    private const int Patience = 5000;   // ms

    public string Name => "members";
    public bool HasStep => false;

    public void Connect(ContainerStart start)
    {
        start.Outliving = Ending.Outliving(start.Pid, start.Container.OwnNamespaces(), start.Others, Helpers);
        // The runtime ends who is in the cgroup.
        if (start.Outliving is null || ProcessCgroup.Find(start.Pid, start.Container.Id) is null) return;
        start.Outliving.Dispose();
        start.Outliving = null;
    }

    public string? Release(EngineContainer container, ContainerStart? start)
    {
        using OwnProcesses? members = start?.Outliving;
        members?.End(Patience);
        return null;
    }

    private static HashSet<int> Helpers()
    {
        HashSet<int> all = [];
        ChildProgram.WithAll(all.UnionWith);
        return all;
    }
}
