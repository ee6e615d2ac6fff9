using System.Text;
using Minirun.Engine.Logs;
using Minirun.Engine.Logs.Reading;

namespace Minirun.Engine.Tests.Logs;

/// <summary>A directory for one test, and what tests do with logs in it.</summary>
internal sealed class LogDirectory : IDisposable
{
    public const string Id = "3c7090b984d46a95a332f33de7d3af49c3bd11dac616414c4954d00b6a8281b1";

    public string Path { get; } = Directory.CreateTempSubdirectory("minirun-logs-").FullName;

    public string Log => Path + "/container.log";

    public LogContext Context => new()
    {
        Id = Id,
        Name = "web",
        ImageName = "busybox:test",
        ImageId = "sha256:0c31bde80e6b0b83e0c184402c3352614d7f571835f6355657f97fd86e7de455",
        Command = ["sh", "-c", "echo <hello>"],
        Labels = new Dictionary<string, string> { ["com.example.a"] = "one", ["b-c"] = "two" },
        Environment = ["VAR=value", "Q=a<b>&\"x"],
        Created = 1_795_235_075_448_775_739,
        LogPath = Log,
        Host = "vm",
    };

    public static LogConfig Config(string driver, params string[] options)
    {
        Dictionary<string, string> values = [];
        foreach (string option in options) LogConfig.Add(values, option);
        return new LogConfig(driver, values);
    }

    public ContainerLog Open(string driver, params string[] options) => new(Config(driver, options), Context);

    /// <summary>Logs this as stdout, and ends.</summary>
    public void Write(string text, params string[] options)
    {
        ContainerLog log = Open("json-file", options);
        log.Feed(LogSource.Stdout, Encoding.UTF8.GetBytes(text));
        log.Close();
    }

    public List<string> Read(LogQuery? query = null)
    {
        List<string> lines = [];
        new LogReader(Log).Read(query ?? new LogQuery(), (in LogRecord record) =>
        {
            lines.Add(Encoding.UTF8.GetString(record.Line));
            return true;
        });
        return lines;
    }

    public string[] Files => [.. Directory.GetFiles(Path).Select(file => System.IO.Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
