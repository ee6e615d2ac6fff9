using System.Text;
using Minirun.Clients.Support;
using Minirun.Engine.Logs;
using Minirun.Engine.Tests.Logs.Peers;
using Minirun.Engine.Tests.Support;
using Minirun.Runtime;
using Xunit;

namespace Minirun.Engine.Tests.Logs;

/// <summary>What is true of every driver and the real thing at its other end.</summary>
public abstract class LogDriverFacts(string driver, Func<LogPeer> makePeer)
{
    /// <summary>
    /// The peer's names of the container's name, of the label com.example.a and of the variable VAR; null where the format has none.
    /// </summary>
    protected abstract (string? Name, string? Label, string? Variable) Fields { get; }

    [SkippableFact]
    public void Lines_of_both_streams_arrive_in_order()
    {
        using LogPeer peer = Start();
        ContainerLog log = Open(peer);
        for (int line = 1; line <= 100; line++)
            log.Feed(line % 3 == 0 ? LogSource.Stderr : LogSource.Stdout, Encoding.ASCII.GetBytes($"line {line}\n"));
        log.Close();
        IReadOnlyList<LogPeer.Received> arrived = Await(peer, 100);
        Assert.Equal(Enumerable.Range(1, 100).Select(line => ($"line {line}", line % 3 == 0 ? LogSource.Stderr : LogSource.Stdout)),
            arrived.Select(line => (line.Line, line.Source)));
        Assert.Equal(0, log.Lost);
    }

    [SkippableFact]
    public void Text_of_any_kind_arrives_as_it_is()
    {
        string[] lines = ["plain", "\ttabs and  spaces  ", "quotes \" ' \\ /", "é 😀 \u2028 ü", "{\"json\":true}", "100%", "a:b|c"];
        using LogPeer peer = Start();
        ContainerLog log = Open(peer);
        log.Feed(LogSource.Stdout, Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));
        log.Close();
        Assert.Equal(lines, Await(peer, lines.Length).Select(line => line.Line));
    }

    [SkippableFact]
    public void Long_lines_come_in_pieces_and_the_last_line_needs_no_end()
    {
        using LogPeer peer = Start();
        ContainerLog log = Open(peer);
        log.Feed(LogSource.Stdout, Encoding.ASCII.GetBytes(new string('a', 20_000) + "\nlast"));
        log.End(LogSource.Stdout);
        log.Close();
        Assert.Equal([16384, 3616, 4], Await(peer, 3).Select(line => line.Line.Length));
    }

    [SkippableFact]
    public void Empty_lines_are_lines_unless_the_protocol_knows_none()
    {
        using LogPeer peer = Start();
        ContainerLog log = Open(peer);
        log.Feed(LogSource.Stdout, "a\n\nb\n"u8);
        log.Close();
        string[] expected = peer.TakesEmptyLines ? ["a", "", "b"] : ["a", "b"];
        Assert.Equal(expected, Await(peer, expected.Length).Select(line => line.Line));
    }

    [SkippableFact]
    public void Names_labels_and_variables_come_along()
    {
        using LogPeer peer = Start();
        ContainerLog log = Open(peer, "labels=com.example.a", "env=VAR");
        log.Feed(LogSource.Stdout, "x\n"u8);
        log.Close();
        LogPeer.Received arrived = Assert.Single(Await(peer, 1));
        if (Fields.Name is { } name) Assert.Equal("web", arrived.Fields[name].TrimStart('/'));
        if (Fields.Label is { } label) Assert.Equal("one", arrived.Fields[label]);
        if (Fields.Variable is { } variable) Assert.Equal("value", arrived.Fields[variable]);
    }

    [SkippableFact]
    public void Lines_that_are_no_text_harm_nothing()
    {
        using LogPeer peer = Start();
        ContainerLog log = Open(peer);
        byte[] noise = new byte[5000];
        new Random(1).NextBytes(noise);
        log.Feed(LogSource.Stdout, noise.Where(value => value is not (0 or (byte)'\n' or (byte)'\r' or (byte)'#')).ToArray());
        log.Feed(LogSource.Stdout, "\nafter\n"u8);
        log.Close();
        Assert.Equal("after", Await(peer, 2)[1].Line);
        Assert.Equal(0, log.Lost);
    }

    [SkippableFact]
    public void An_option_that_it_does_not_have_is_an_error()
    {
        UserError error = Assert.Throws<UserError>(() => LogDirectory.Config(driver, "nope=1"));
        Assert.Equal(($"unknown log opt 'nope' for {driver} log driver", 125), (error.Message, error.ExitCode));
    }

    private LogPeer Start()
    {
        LogPeer peer = makePeer();
        if (peer.Missing is { } reason)
        {
            peer.Dispose();
            throw new SkippedException(reason);
        }
        peer.Start();
        return peer;
    }

    private ContainerLog Open(LogPeer peer, params string[] options)
    {
        using var directory = new LogDirectory();
        LogContext context = directory.Context with { LogPath = peer is FilePeer file ? file.Path + "/log" : "" };
        return new ContainerLog(LogDirectory.Config(driver, [.. peer.Options, .. options]), context);
    }

    private static IReadOnlyList<LogPeer.Received> Await(LogPeer peer, int count)
    {
        IReadOnlyList<LogPeer.Received> arrived = [];
        Waiting.Until(() => (arrived = peer.Arrived()).Count >= count, $"{count} lines");
        return arrived;
    }
}
