using Minirun.Engine.Events;
using Minirun.Engine.Records;

namespace Minirun.Engine.Life;

/// <summary>Makes containers, and gives them other names.</summary>
public static class ContainerCreation
{
    /// <param name="config">Its id and name are chosen when they are empty.</param>
    /// <param name="oci">The OCI configuration.</param>
    /// <exception cref="Runtime.UserError">The name is taken.</exception>
    public static EngineContainer Create(ContainerStore store, ContainerConfig config, ReadOnlySpan<byte> oci)
    {
        EngineContainer made = store.Create(config, oci);
        EngineEvents.Add(made, "create");
        return made;
    }

    /// <param name="container">The caller holds its lock.</param>
    /// <exception cref="Runtime.UserError">The name is taken.</exception>
    public static void Rename(EngineContainer container, string name)
    {
        string before = container.Config.Name;
        new ContainerStore(container.Paths).Rename(container, name);
        EngineEvents.Add(container, "rename", "oldName", "/" + before);
    }
}
