using Minirun.Cli.Tests.Engine;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Terminal;

/// <summary>What minirun says to a person is broken between words on a terminal, and is a line each in a pipe.</summary>
public sealed class MessageTests : IDisposable
{
    private readonly EngineRoot _root = new();

    public MessageTests()
    {
        const string script = "echo several words that do not fit in a line of a narrow terminal; exec no-such-command";
        _root.Detached(["--name", "web", "-l", "team=blue"], "sh", "-c", script);
        _root.Run("wait", "web").Exits(0);
    }

    public void Dispose() => _root.Dispose();

    [TheoryRequires(Need.UserNamespaces)]
    [InlineData("run", "--netwrok", "none", "x")]
    [InlineData("run", "--userns", "bogus", "ROOTFS")]
    [InlineData("run", "ROOTFS", "no-such-command")]
    [InlineData("run", "-l", "a=b", "ROOTFS", "no-such-command")]
    [InlineData("create", "--restart", "sometimes", "ROOTFS")]
    [InlineData("stop", "nobody")]
    [InlineData("exec", "web", "true")]
    [InlineData("logs", "--since", "whenever", "web")]
    [InlineData("why", "web")]
    [InlineData("events", "--stream=false", "--filter", "event=create")]
    [InlineData("doctor")]
    public void Words_are_whole_at_every_width(params string[] words)
    {
        string[] command = [Programs.Minirun, .. words.Select(word => word == "ROOTFS" ? Rootfs.Busybox : word)];
        foreach (int columns in (int[])[60, 80, 120])
        {
            using var pty = new Pty(_root.How, 50, columns, command);
            Emulator seen = pty.AtEnd(out _);
            Assert.NotEqual("", seen.Screen.Text);
            // An id has 64 digits, and a path what it has: nobody can copy what was broken.
            string[] broken = [.. seen.Screen.BrokenWords.Where(line => Longest(line) < columns * 2 / 3)];
            Assert.True(broken.Length == 0, $"{columns}: {string.Join('\n', broken)}\n---\n{seen.Screen.Text}");
            Assert.Empty(seen.Screen.Stairs);
        }
    }

    [TheoryRequires(Need.UserNamespaces)]
    [InlineData(2, "stop", "nobody")]
    [InlineData(2, "run", "--netwrok", "none", "x")]
    public void In_a_pipe_a_message_is_a_line(int lines, params string[] words)
    {
        Result result = _root.Run(words);
        Assert.Equal(lines, result.Error.TrimEnd('\n').Split('\n').Length);
    }

    [Requires(Need.UserNamespaces)]
    public void In_a_pipe_an_event_is_a_line()
    {
        string[] lines = _root.Run("events", "--stream=false").Succeeds().Lines;
        Assert.All(lines, line => Assert.Matches(@"^\d{4}-.* container .*\)$", line));
    }

    private static int Longest(string line) => line.Split(' ').Max(word => word.Length);
}
