using Minirun.Engine.Records;

namespace Minirun.Engine.Life;

/// <summary>Starts containers that were made before.</summary>
public static class ContainerStarting
{
    /// <summary>To start what runs already is no error (docker's way): who waits to hear that it runs is told.</summary>
    /// <param name="attach">Called when one can attach, before the command runs; not when it runs already.</param>
    /// <param name="sdNotify">Who says that it is ready; null: as it was made.</param>
    /// <exception cref="Runtime.UserError">The command could not be executed.</exception>
    public static void Start(EngineContainer container, Action? attach, string? sdNotify = null)
    {
        SdNotify.Check(sdNotify, container.Config.Health is not null);
        using IDisposable held = ContainerLock.Await(container);
        ContainerEnd.Settle(container);
        if (container.IsRunning) MonitorProcess.Join(container, attach is not null, sdNotify);
        else MonitorProcess.Start(container, attach, sdNotify);
    }
}
