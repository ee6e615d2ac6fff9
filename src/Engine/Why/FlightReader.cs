using System.Text;
using Minirun.Engine.Logs;
using Minirun.Engine.Logs.Reading;
using Minirun.Engine.Records;
using Minirun.Runtime;

namespace Minirun.Engine.Why;

/// <summary>Gathers what <c>minirun why</c> tells of a container that is still there.</summary>
public static class FlightReader
{
    private const int MostLines = 20, LongestLine = 1000;   // lines, bytes

    public static FlightRecord Read(EngineContainer container)
    {
        ContainerConfig config = container.Config;
        return new FlightRecord
        {
            Id = config.Id,
            Name = config.Name,
            Image = config.Image,
            Command = config.Command,
            Created = config.Created,
            Runtime = config.Runtime,
            OpenStdin = config.OpenStdin,
            Timeout = config.Timeout,
            LogDriver = config.LogDriver,
            State = container.State(),
            Lines = ReadLastLines(container),
        };
    }

    private static List<FlightLine> ReadLastLines(EngineContainer container)
    {
        List<FlightLine> lines = [];
        try
        {
            if (container.Config.LogDriver != LogDrivers.Default) return lines;
            new LogReader(container.LogPath).Read(new LogQuery { Tail = MostLines }, (in LogRecord record) =>
            {
                ReadOnlySpan<byte> line = record.Line.TrimEnd("\r\n"u8);
                string text = Encoding.UTF8.GetString(line[..Math.Min(line.Length, LongestLine)]);
                lines.Add(new()
                {
                    Time = record.Time,
                    Stream = record.Source == LogSource.Stdout ? "stdout" : "stderr",
                    Text = line.Length > LongestLine ? text + "…" : text,
                });
                return lines.Count < MostLines;
            });
        }
        catch (UserError)
        {
            // No log, no lines.
        }
        return lines;
    }
}
