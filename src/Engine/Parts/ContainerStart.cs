using Minirun.Engine.Execution;
using Minirun.Engine.Health;
using Minirun.Engine.Logs;
using Minirun.Engine.Records;
using Minirun.Engine.Why;
using Minirun.Runtime.State;

namespace Minirun.Engine.Parts;

/// <summary>One start of a container by its monitor, and what its parts have made for it.</summary>
internal sealed class ContainerStart(EngineContainer container, ContainerState state, FlightRecorder flight)
{
    public EngineContainer Container { get; } = container;
    public ContainerState State { get; } = state;
    public FlightRecorder Flight { get; } = flight;
    public required IExecutionDriver Driver { get; init; }

    /// <summary>What becomes its standard input, output and error.</summary>
    public int[] Descriptors { get; init; } = [];

    /// <summary>Where the master of its terminal goes; null: it has none.</summary>
    public string? ConsoleSocket { get; init; }

    /// <summary>Its first process; 0: not yet there.</summary>
    public int Pid { get; set; }

    public ContainerLog? Log { get; set; }
    public HealthProbe? Health { get; set; }
    public MemoryWatch? Memory { get; set; }
    public OwnProcesses? Outliving { get; set; }

    /// <summary>The first processes of other containers, and their monitors.</summary>
    public required Func<IReadOnlySet<int>> Others { get; init; }
}
