namespace Minirun.Engine.Volumes;

/// <summary>What a driver was asked to mount for a container, and is to be told of its end: a line of mounted.json.</summary>
public sealed class MountedVolume
{
    public string Name { get; set; } = "";
    public string Driver { get; set; } = "";
}
