using Minirun.Engine.Events;
using Minirun.Engine.Parts;
using Minirun.Engine.Records;
using Minirun.Engine.Why;

namespace Minirun.Engine.Life;

/// <summary>Removes a container with all that it holds.</summary>
public static class ContainerRemoval
{
    /// <summary>It does not run, and no monitor minds it.</summary>
    /// <returns>What could not be taken back elsewhere; null: all could.</returns>
    /// <exception cref="Runtime.UserError">It lives on.</exception>
    public static string? Remove(EngineContainer container)
    {
        Graveyard.Bury(container);
        RuntimeLeft.Delete(container);
        string? complaint = ContainerParts.Release(container);
        new ContainerStore(container.Paths).Forget(container);
        EngineEvents.Add(container, "destroy");
        return complaint;
    }
}
