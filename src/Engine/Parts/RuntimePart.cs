using Minirun.Engine.Execution;
using Minirun.Engine.Records;

namespace Minirun.Engine.Parts;

/// <summary>The container as its runtime knows it: the first process, the root file system, its own cgroup.</summary>
internal sealed class RuntimePart : IContainerPart
{
    public string Name => FlightStep.Create;

    public void Prepare(ContainerStart start)
    {
        EngineContainer container = start.Container;
        using (ParentCgroup.Hold())
            start.Pid = start.Driver.Create(
                container.Id, container.Directory, start.Descriptors, start.ConsoleSocket, container.Config.SystemdCgroup);
    }

    public string? Release(EngineContainer container, ContainerStart? start)
    {
        // Of one whose program is gone nobody can say that nothing runs any more: only who removes the container ends that.
        if ((start?.Driver ?? ExecutionDrivers.Find(container)) is not MissingDriver and var driver) driver.Delete(container.Id);
        return null;
    }
}
