using System.Text.Json;
using Minirun.Engine.Logs;

namespace Minirun.Engine.Tests.Logs.Peers;

/// <summary>The server of npm's @fluent-org/logger, which build.sh has installed.</summary>
public sealed class FluentdPeer(params string[] options) : LogPeer
{
    private const string Script = """
        const { FluentServer } = require('@fluent-org/logger');
        const server = new FluentServer({ listenOptions: { port: Number(process.argv[1]), host: '127.0.0.1' } });
        server.on('entry', (tag, time, record) => console.log(JSON.stringify({ ...record, tag, time: JSON.stringify(time) })));
        server.listen().then(() => console.log('ready'));
        """;

    private readonly int _port = Waiting.FreePort();
    private PeerProgram? _server;

    public override string? Missing =>
        PeerProgram.Find("node") is null ? "node is not here: apt-get install nodejs npm"
            : Modules is null ? "npm's @fluent-org/logger is not here: ./build.sh test installs it"
            : null;

    public override string[] Options => [$"fluentd-address=127.0.0.1:{_port}", "tag={{.Name}}", .. options];

    /// <summary>Where build.sh puts it: beside the tests, out/npm.</summary>
    private static string? Modules
    {
        get
        {
            for (string? directory = AppContext.BaseDirectory; directory is not null; directory = Path.GetDirectoryName(directory))
                if (Directory.Exists(directory + "/out/npm/node_modules/@fluent-org/logger")) return directory + "/out/npm/node_modules";
            return null;
        }
    }

    public override void Start()
    {
        _server = new PeerProgram("/usr/bin/env", "NODE_PATH=" + Modules, "node", "-e", Script, $"{_port}");
        _server.Await(() => _server.Output.Contains("ready"), "the server of fluent-logger");
    }

    public override IReadOnlyList<Received> Arrived() => [.. _server!.Output.Where(line => line.StartsWith('{')).Select(Parse)];

    public override void Dispose() => _server?.Dispose();

    private static Received Parse(string json)
    {
        var fields = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!.ToDictionary(field => field.Key,
            field => field.Value.ToString());
        return new Received(fields["log"], fields["source"] == "stderr" ? LogSource.Stderr : LogSource.Stdout, fields);
    }
}
