using Minirun.Engine.Life;
using Minirun.Runtime.Request;

namespace Minirun.Cli.CommandLine;

/// <summary>What the flags of <c>run</c>, a container file and the user's defaults ask for: of the runtime, and of the engine.</summary>
internal sealed class RunRequest : RunOptions
{
    private EngineOptions? _engine;

    /// <summary>Made when the first of its flags is read: a start without one has no such thing.</summary>
    public EngineOptions Engine => _engine ??= new();

    /// <summary>Of whoever attaches; null: ctrl-p,ctrl-q.</summary>
    public string? DetachKeys { get; set; }
}
