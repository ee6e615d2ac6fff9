using Minirun.Engine.Records;

namespace Minirun.Engine.Life;

/// <summary>What the engine is to do with a container: what it remembers of it, and what is settled while the container is made.</summary>
public sealed class EngineOptions
{
    /// <summary>What is kept: container.json.</summary>
    public ContainerConfig Config { get; } = new();

    /// <summary>--net, when it is no mode that the runtime has by itself.</summary>
    public string? Net { get; set; }
    public bool PublishAll { get; set; }

    /// <summary>--expose: what --publish-all publishes.</summary>
    public List<string> Exposed { get; } = [];

    /// <summary>--volume-driver; empty: not said.</summary>
    public string VolumeDriver { get; set; } = "";
    public List<string> VolumesFrom { get; } = [];
}
