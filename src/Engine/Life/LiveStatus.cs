using Minirun.Engine.Execution;
using Minirun.Engine.Records;

namespace Minirun.Engine.Life;

/// <summary>A container's status, after it was mended, with what only its runtime knows: whether it is paused.</summary>
public static class LiveStatus
{
    public static string Read(EngineContainer container) => Read(container, ContainerRepair.State(container));

    public static string Read(EngineContainer container, ContainerState state) =>
        state.Status == ContainerState.Running && ExecutionDrivers.Find(container).Info(container.Id) is { IsPaused: true }
            ? ContainerState.Paused
            : state.Status;
}
