using Minirun.Engine.Records;

namespace Minirun.Engine.Networks;

/// <summary>What a network mode is told of a container.</summary>
public sealed record NetworkContext
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required string Hostname { get; init; }

    /// <summary>Where its own files are.</summary>
    public required string Directory { get; init; }
    public required EnginePaths Paths { get; init; }

    /// <summary>What was asked for.</summary>
    public required NetworkUse Use { get; init; }

    /// <summary>What was set up, and is to be taken away again.</summary>
    public required NetworkRecord Record { get; init; }

    /// <summary>Before something is made, so that who comes after a crash knows of it.</summary>
    public void Save() => Record.Write(Directory);
}
