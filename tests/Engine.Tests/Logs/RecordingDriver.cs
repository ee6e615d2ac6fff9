using System.Text;
using Minirun.Engine.Logs;

namespace Minirun.Engine.Tests.Logs;

/// <summary>A driver of a test's own: one class, and one line to register it.</summary>
internal sealed class RecordingDriver : ILogDriver
{
    public List<(string Line, LogSource Source, long Time, LogPartial? Partial)> Messages { get; } = [];

    public string Name => "recording";

    public void Log(in LogMessage message) =>
        Messages.Add((Encoding.Latin1.GetString(message.Line), message.Source, message.Time, message.Partial));

    public void Close()
    {
    }
}
