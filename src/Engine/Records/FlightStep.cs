
namespace Minirun.Engine.Records;

/// <summary>A step of a container's life, by the moment it began.</summary>
public sealed class FlightStep
{
    public const string Monitor = "monitor", Log = "log", Network = "network", Volumes = "volumes", Create = "create", Connect = "connect",
        Start = "start", Running = "running", Output = "output", End = "end", CleanUp = "clean up";

    public string Name { get; set; } = "";

    /// <summary>Nanoseconds since 1970.</summary>
    public long At { get; set; }
}
