
namespace Minirun.Engine.Records;

/// <summary>How a run ended.</summary>
public sealed class FlightEnd
{
    public string StartedAt { get; set; } = "";
    public string FinishedAt { get; set; } = "";
    public int ExitCode { get; set; }
    public string Cause { get; set; } = "";
    public int Signal { get; set; }
}
