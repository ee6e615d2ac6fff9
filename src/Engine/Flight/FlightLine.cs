using System.Text;
using Minirun.Engine.Containers;
using Minirun.Engine.Logs;
using Minirun.Engine.Logs.Reading;
using Minirun.Runtime;

namespace Minirun.Engine.Flight;

/// <summary>A line of a log, without its end, and no longer than people read.</summary>
public sealed class FlightLine
{
    private const int Most = 20, Longest = 1000;   // lines, bytes

    /// <summary>Nanoseconds since 1970.</summary>
    public long Time { get; set; }

    /// <summary>stdout or stderr.</summary>
    public string Stream { get; set; } = "";
    public string Text { get; set; } = "";

    public static List<FlightLine> Last(EngineContainer container)
    {
        List<FlightLine> lines = [];
        try
        {
            if (container.Config.LogDriver != LogDrivers.Default) return lines;
            new LogReader(container.LogPath).Read(new LogQuery { Tail = Most }, (in LogRecord record) =>
            {
                ReadOnlySpan<byte> line = record.Line.TrimEnd("\r\n"u8);
                lines.Add(new() { Time = record.Time, Stream = record.Source == LogSource.Stdout ? "stdout" : "stderr", Text = Encoding.UTF8.GetString(line[..Math.Min(line.Length, Longest)]) + (line.Length > Longest ? "…" : "") });
                return lines.Count < Most;
            });
        }
        catch (UserError)
        {
            // No log, no lines.
        }
        return lines;
    }
}
