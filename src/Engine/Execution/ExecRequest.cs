using Minirun.Runtime.Spec;

namespace Minirun.Engine.Execution;

/// <summary>A process that joins a container; null is as the container's own has it.</summary>
public sealed record ExecRequest
{
    public required List<string> Command { get; init; }

    /// <summary>The container's bundle: the directory of its config.json.</summary>
    public required string Bundle { get; init; }
    public bool Tty { get; init; }
    public bool Detach { get; init; }
    public string? Cwd { get; init; }

    /// <summary>NAME=VALUE.</summary>
    public List<string> Env { get; init; } = [];

    public OciUser? User { get; init; }

    /// <summary>What its terminal measures from the first moment.</summary>
    public OciBox? Size { get; init; }

    /// <summary>All capabilities.</summary>
    public bool Privileged { get; init; }

    /// <summary>Where the master of its terminal goes; null: it has none, or the runtime minds it.</summary>
    public string? ConsoleSocket { get; init; }

    /// <summary>Where its pid is written.</summary>
    public string? PidFile { get; init; }

    /// <summary>What it has as 0, 1 and 2.</summary>
    public int[] Descriptors { get; init; } = [0, 1, 2];
}
