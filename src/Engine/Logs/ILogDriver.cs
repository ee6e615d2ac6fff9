namespace Minirun.Engine.Logs;

/// <summary>
/// Where a container's lines go. A driver never waits: what it cannot pass on yet it keeps, and says so; the monitor polls
/// <see cref="Descriptor"/> and calls <see cref="Work"/>. To add one: this class, and a line in <see cref="LogDrivers"/>.
/// </summary>
public interface ILogDriver
{
    /// <summary>As in --log-driver.</summary>
    string Name { get; }

    /// <summary>Takes a message; its bytes are copied or sent before this returns.</summary>
    void Log(in LogMessage message);

    /// <summary>Lets go of everything, whether or not all was passed on; <see cref="ContainerLog.Close"/> waits before.</summary>
    void Close();

    /// <summary>Passes on what is kept, as far as that goes without waiting.</summary>
    void Work()
    {
    }

    /// <summary>Lines that did not get to where they should.</summary>
    long Lost => 0;

    /// <summary>Why the last of them did not, or why nothing gets there now.</summary>
    string? Trouble => null;

    /// <summary>Bytes that are kept.</summary>
    int Pending => 0;

    /// <summary>A descriptor to poll for <see cref="Events"/>, or -1.</summary>
    int Descriptor => -1;

    /// <summary>poll(2)'s events.</summary>
    short Events => 0;

    /// <summary>Milliseconds after which <see cref="Work"/> is due even without an event; -1: never.</summary>
    int Due => -1;

    /// <summary>So much is kept that a container should rather wait: in blocking mode its pipes are not read meanwhile.</summary>
    bool IsBehind => false;
}
