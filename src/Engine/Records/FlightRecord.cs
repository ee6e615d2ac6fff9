namespace Minirun.Engine.Records;

/// <summary>All that `minirun why` tells of a container, kept for a while when that is removed.</summary>
public sealed class FlightRecord
{
    public string Id { get; set; } = "";
    public string Name { get; set; } = "";
    public string Image { get; set; } = "";
    public List<string> Command { get; set; } = [];
    public string Created { get; set; } = "";

    /// <summary>Empty: it is still there.</summary>
    public string Removed { get; set; } = "";
    public string Runtime { get; set; } = "";
    public bool OpenStdin { get; set; }

    /// <summary>Seconds; 0: any time.</summary>
    public double Timeout { get; set; }
    public string LogDriver { get; set; } = "";
    public ContainerState State { get; set; } = new();

    /// <summary>The last lines of its log; empty where its driver cannot be read.</summary>
    public List<FlightLine> Lines { get; set; } = [];
}
