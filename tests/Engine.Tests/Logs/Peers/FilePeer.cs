using System.Text;
using Minirun.Engine.Logs.Reading;

namespace Minirun.Engine.Tests.Logs.Peers;

/// <summary>Our own reader.</summary>
public sealed class FilePeer : LogPeer
{
    public string Path { get; } = Directory.CreateTempSubdirectory("minirun-logs-").FullName;

    public override string[] Options => ["tag={{.Name}}"];

    public override void Start()
    {
    }

    public override IReadOnlyList<Received> Arrived()
    {
        List<Received> arrived = [];
        new LogReader(Path + "/log").Read(new LogQuery(), (in LogRecord record) =>
        {
            string line = Encoding.UTF8.GetString(record.Line);
            var fields = System.Text.Json.JsonSerializer.Deserialize<Dictionary<string, string>>(record.Attributes)!;
            arrived.Add(new Received(line.EndsWith('\n') ? line[..^1] : line, record.Source, fields));
            return true;
        });
        return arrived;
    }

    public override void Dispose() => Directory.Delete(Path, recursive: true);
}
