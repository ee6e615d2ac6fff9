using System.Text;
using System.Text.Json;
using Minirun.Engine.Logs;

namespace Minirun.Engine.Tests.Logs.Peers;

/// <summary>Reads GELF as it is over tcp: JSON, with a zero byte behind each message.</summary>
public sealed class GelfTcpPeer : LogPeer
{
    private readonly StreamPeer _peer = new();

    public override bool TakesEmptyLines => false;

    public override string[] Options => [$"gelf-address=tcp://127.0.0.1:{_peer.Port}", "tag={{.Name}}"];

    public override void Start()
    {
    }

    public override IReadOnlyList<Received> Arrived() => [.. Encoding.UTF8.GetString(_peer.Take()).Split('\0')[..^1].Select(Parse)];

    public override void Dispose() => _peer.Dispose();

    private static Received Parse(string json)
    {
        var fields = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!.ToDictionary(field => field.Key,
            field => field.Value.ToString());
        return new Received(fields["short_message"], fields["level"] == "3" ? LogSource.Stderr : LogSource.Stdout, fields);
    }
}
