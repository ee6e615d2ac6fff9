using Minirun.Cli.Tests.Engine;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Terminal;

/// <summary>Tables at the widths that people have.</summary>
public sealed class TableTests : IDisposable
{
    private readonly EngineRoot _root = new();
    private readonly string _id, _ended;

    public TableTests()
    {
        _id = _root.Detached(["--name", "a-name-of-somewhat-more-than-usual-length", "-v", "a-volume-with-a-long-name:/data"], "sh", "-c",
            "exec sleep 1000", "and", "more", "words");
        _ended = _root.Detached(["--name", "ended"], "sh", "-c", "exit 137");
        _root.Run("wait", "ended").Exits(0);
    }

    public void Dispose() => _root.Dispose();

    private const string Name = "a-name-of-somewhat-more-than-usual-length";

    /// <summary>A name is what one types.</summary>
    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(120)]
    public void Names_are_whole_whatever_else_is_cut(int columns)
    {
        string[] lines = See(columns, "ps", "-a");
        Assert.Contains(lines, line => line.Contains("Up ") && line.TrimEnd().EndsWith(" " + Name));
        Assert.Contains(lines, line => line.Contains("Exited (137)") && line.TrimEnd().EndsWith(" ended"));
        Assert.Contains(See(columns, "volume", "ls"), line => line.TrimEnd().EndsWith("a-volume-with-a-long-name"));
    }

    /// <summary>What is longer than a line goes on below it, and no word is broken.</summary>
    [Fact]
    public void Info_is_broken_between_words()
    {
        string whole = string.Join(' ', _root.Run("info").Succeeds().Lines);
        const int columns = 60;
        string[] lines = Stream(columns, ["info"]).Split("\r\n");
        // A path that is longer than a line is not broken: one copies it.
        Assert.All(lines, line => Assert.True(line.Length <= columns || line.Contains('/'), line));
        const int room = 50;
        string[] words = [.. lines.SelectMany(line => line.Split(' ')).Where(word => word.Length is > 0 and < room)];
        Assert.Contains("json-file", words);
        Assert.All(words, word => Assert.Contains(word, whole.Split(' ')));
    }

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public void Ids_and_states_are_whole_and_nothing_wraps(int columns)
    {
        string[] lines = See(columns, "ps", "-a");
        Assert.Contains(lines, line => line.Contains(_id[..12]) && line.Contains("Up "));
        // The age of a state gives way to a name that is longer than most.
        string state = columns > 80 ? @"Exited \(137\) .* ago" : @"Exited \(137\) ";
        Assert.Contains(lines, line => line.Contains(_ended[..12]) && System.Text.RegularExpressions.Regex.IsMatch(line, state)
            && line.TrimEnd().EndsWith("ended"));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(120)]
    public void Every_table_fits(int columns)
    {
        foreach (string command in (string[])["ps", "ps -a --size", "volume ls", "network ls", "stats --no-stream", "system df",
            "system df -v", "top NAME", "top NAME aux"])
        {
            string[] lines = See(columns, command.Replace("NAME", _id[..12]).Split(' '));
            Assert.True(lines.Length > 0 || command == "network ls", command);
            Assert.All(lines, line => Assert.True(Width(line) <= columns, $"{command}: {line}"));
        }
    }

    [Fact]
    public void A_column_with_nothing_in_it_makes_room()
    {
        Assert.DoesNotContain("PORTS", See(80, "ps")[0]);
        Assert.Contains("PORTS", _root.Run("ps").Succeeds().Lines[0]);
        Assert.Contains("a-name-of-somewhat-more-than-usual-length",
            string.Join('\n', See(80, "ps", "--no-trunc", "--format", "{{.Names}}")));
    }

    [Fact]
    public void In_a_file_nothing_is_cut()
    {
        string[] lines = _root.Run("ps", "-a").Succeeds().Lines;
        Assert.Contains("a-name-of-somewhat-more-than-usual-length", lines[^1] + lines[1]);
        Assert.Contains(Rootfs.Busybox, lines[1]);
    }

    private static int Width(string line) => line.Length;

    private string[] See(int columns, params string[] command)
    {
        using var pty = new Pty(_root.How, 50, columns, [Programs.Minirun, .. command]);
        Emulator seen = pty.AtEnd(out int status);
        Assert.True(status == 0, pty.Screen);
        Assert.Empty(seen.Screen.BrokenWords);
        Fits(pty, columns, command);
        return seen.Screen.All;
    }

    /// <summary>What was written to the terminal, which does not know whether a line that fills it is whole.</summary>
    private string Stream(int columns, string[] command)
    {
        using var pty = new Pty(_root.How, 50, columns, [Programs.Minirun, .. command]);
        pty.AtEnd(out int status);
        Assert.True(status == 0, pty.Screen);
        return Plain(pty);
    }

    /// <summary>What the terminal had to wrap is longer in the stream than it is wide.</summary>
    private static void Fits(Pty pty, int columns, string[] command) =>
        Assert.All(Plain(pty).Split("\r\n"), line => Assert.True(Width(line) <= columns, $"{string.Join(' ', command)}: {line}"));

    private static string Plain(Pty pty) => System.Text.RegularExpressions.Regex.Replace(pty.Screen, "\e\\[[0-9;]*m|\e\\].*?\a", "");
}
