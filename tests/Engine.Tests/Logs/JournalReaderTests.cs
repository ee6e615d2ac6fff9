using System.Text;
using Minirun.Clients.Support;
using Minirun.Engine.Logs;
using Minirun.Engine.Logs.Reading;
using Minirun.Engine.Tests.Logs.Peers;
using Minirun.Engine.Tests.Support;
using Minirun.Runtime;
using Xunit;

namespace Minirun.Engine.Tests.Logs;

/// <summary>What the journald driver sent, read back from a real journal.</summary>
[Collection("journald")]
public sealed class JournalReaderTests : IDisposable
{
    private readonly LogDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [SkippableFact]
    public void Lines_are_read_back_as_they_were_written()
    {
        using JournaldPeer peer = Start();
        ContainerLog log = Open("one\n\tt\u001b[1m \n", new string('x', 40_000) + "\n", "é\n\n");
        log.Feed(LogSource.Stderr, [0xff, 0xfe, (byte)'\n']);
        log.Feed(LogSource.Stdout, "end"u8);
        log.End(LogSource.Stdout);
        log.Close();
        Await(peer, 9);
        Assert.Equal("one\n\tt\u001b[1m \n" + new string('x', 40_000) + "\né\n\nend", string.Concat(Read(new(), LogSource.Stdout)));
        Assert.Equal(["\u00ff\u00fe\n"], Read(new(), LogSource.Stderr));
    }

    [SkippableFact]
    public void Only_so_many_and_only_after_a_time()
    {
        using JournaldPeer peer = Start();
        Open("1\n2\n3\n").Close();
        Await(peer, 3);
        Assert.Equal(["2\n", "3\n"], Read(new LogQuery { Tail = 2 }));
        Assert.Equal([], Read(new LogQuery { Tail = 0 }));
        Assert.Equal([], Read(new LogQuery { Until = 1 }));
        Assert.Equal(3, Read(new LogQuery { Since = (DateTime.UtcNow.AddHours(-1) - DateTime.UnixEpoch).Ticks * 100 }).Count);
        Assert.Equal([], Read(new LogQuery { Since = (DateTime.UtcNow.AddHours(1) - DateTime.UnixEpoch).Ticks * 100 }));
    }

    [SkippableFact]
    public void Following_ends_with_the_container_and_has_its_last_line()
    {
        using JournaldPeer peer = Start();
        using var end = new EndSignal();
        ContainerLog log = Open("first\n");
        List<string> lines = [];
        new JournalReader(_directory.Context.Id).Read(new LogQuery { Follow = true, EndDescriptor = end.Descriptor },
            (in LogRecord record) =>
        {
            lines.Add(Encoding.UTF8.GetString(record.Line));
            if (lines.Count > 1) return true;
            log.Feed(LogSource.Stdout, "last\n"u8);
            log.Close();
            end.Set();
            return true;
        });
        Assert.Equal(["first\n", "last\n"], lines);
    }

    [SkippableFact]
    public void Labels_and_variables_are_attributes()
    {
        using JournaldPeer peer = Start();
        Open(["labels=com.example.a", "env=VAR"], "x\n").Close();
        Await(peer, 1);
        string attributes = "";
        new JournalReader(_directory.Context.Id).Read(new(),
            (in LogRecord record) => (attributes = Encoding.UTF8.GetString(record.Attributes)).Length > 0);
        Assert.Contains("\"COM_EXAMPLE_A\":", attributes);
        Assert.Contains("\"VAR\":", attributes);
        Assert.DoesNotContain("CONTAINER_ID", attributes);
    }

    [Fact]
    public void Without_journalctl_there_is_nothing_to_read_with()
    {
        string[] before = JournalReader.Program;
        JournalReader.Program = ["no-journalctl-here"];
        try
        {
            Assert.Contains("journalctl", Assert.Throws<UserError>(() => Read(new())).Message);
            JournalReader.Program = ["false"];
            Assert.Contains("exit code 1", Assert.Throws<UserError>(() => Read(new())).Message);
        }
        finally
        {
            JournalReader.Program = before;
        }
    }

    private static JournaldPeer Start()
    {
        var peer = new JournaldPeer();
        if (peer.Missing is { } reason) throw new SkippedException(reason);
        peer.Start();
        return peer;
    }

    private ContainerLog Open(params string[] lines) => Open([], lines);

    private ContainerLog Open(string[] options, params string[] lines)
    {
        var log = new ContainerLog(LogDirectory.Config("journald", options), _directory.Context);
        foreach (string line in lines) log.Feed(LogSource.Stdout, Encoding.UTF8.GetBytes(line));
        return log;
    }

    private static void Await(JournaldPeer peer, int count) => Waiting.Until(() => peer.Arrived().Count == count, $"{count} entries");

    private List<string> Read(LogQuery query, LogSource? only = null)
    {
        List<string> lines = [];
        new JournalReader(_directory.Context.Id).Read(query, (in LogRecord record) =>
        {
            if (only is null || record.Source == only)
                lines.Add((record.Source == LogSource.Stderr ? Encoding.Latin1 : Encoding.UTF8).GetString(record.Line));
            return true;
        });
        return lines;
    }
}
