namespace Minirun.Engine.Logs;

/// <summary>What drivers may say of a container.</summary>
public sealed record LogContext
{
    /// <summary>All digits of it.</summary>
    public required string Id { get; init; }

    public required string Name { get; init; }

    public string ImageId { get; init; } = "";

    public string ImageName { get; init; } = "";

    /// <summary>The container's program and its arguments.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>NAME=value, as the container's process has it.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>Nanoseconds since 1970, UTC.</summary>
    public long Created { get; init; }

    /// <summary>Where json-file writes.</summary>
    public string LogPath { get; init; } = "";

    /// <summary>Descriptors that `passthrough` writes to.</summary>
    public int Stdout { get; init; } = 1;

    public int Stderr { get; init; } = 2;

    /// <summary>The name of this machine, for drivers that send elsewhere.</summary>
    public string Host { get; init; } = System.Environment.MachineName;

    public string ShortId => Id.Length > 12 ? Id[..12] : Id;
}
