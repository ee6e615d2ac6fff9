using System.Text;
using System.Text.Json;
using Minirun.Engine.Logs;
using Minirun.Engine.Logs.Journald;
using Minirun.Engine.Logs.Reading;

namespace Minirun.Engine.Tests.Logs.Peers;

/// <summary>A systemd-journald of a namespace of its own, in a mount namespace of its own.</summary>
public sealed class JournaldPeer : LogPeer
{
    private readonly string _before = JournaldDriver.Socket;
    private readonly string[] _programBefore = JournalReader.Program;
    private PeerProgram? _daemon;

    public override string? Missing =>
        Environment.UserName != "root" ? "journald runs as root"
            : PeerProgram.Find("systemd-journald") is null ? "systemd-journald is not here: apt-get install systemd"
            : null;

    public override bool TakesAnyByte => true;

    public override string[] Options => ["tag={{.Name}}"];

    private string[] Journalctl => ["nsenter", "--target", $"{_daemon!.Pid}", "--mount", "/usr/bin/journalctl", "--namespace=mr"];

    private string Root => $"/proc/{_daemon!.Pid}/root";

    public override void Start()
    {
        _daemon = new PeerProgram("/usr/bin/unshare", "--mount", "/bin/sh", "-ec", """
            mount -t tmpfs tmpfs /run
            test ! -d /var/log/journal || mount -t tmpfs tmpfs /var/log/journal
            mkdir -p /run/log/journal.mr /run/systemd/journal.mr
            test -s /etc/machine-id || { echo 0123456789abcdef0123456789abcdef >/run/id; mount --bind /run/id /etc/machine-id; }
            exec /lib/systemd/systemd-journald mr
            """);
        JournaldDriver.Socket = Root + "/run/systemd/journal.mr/socket";
        JournalReader.Program = Journalctl;
        _daemon.Await(() => File.Exists(JournaldDriver.Socket), "systemd-journald");
    }

    public override IReadOnlyList<Received> Arrived()
    {
        string entries = PeerProgram.Run(Journalctl[0], [.. Journalctl[1..], "--all", "-o", "json", "CONTAINER_NAME=web"]);
        return [.. entries.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
    }

    public override void Dispose()
    {
        (JournaldDriver.Socket, JournalReader.Program) = (_before, _programBefore);
        _daemon?.Dispose();
    }

    private static Received Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        var fields = document.RootElement.EnumerateObject().ToDictionary(field => field.Name, field => Text(field.Value));
        return new Received(fields["MESSAGE"], fields["PRIORITY"] == "3" ? LogSource.Stderr : LogSource.Stdout, fields);
    }

    /// <summary>What is not text comes as an array of bytes.</summary>
    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.Array
        ? Encoding.Latin1.GetString([.. value.EnumerateArray().Select(item => item.GetByte())])
        : value.GetString() ?? "";
}
