namespace Minirun.Engine.Records;

/// <summary>A line of a log, without its end, and no longer than people read.</summary>
public sealed class FlightLine
{
    /// <summary>Nanoseconds since 1970.</summary>
    public long Time { get; set; }

    /// <summary>stdout or stderr.</summary>
    public string Stream { get; set; } = "";
    public string Text { get; set; } = "";
}
