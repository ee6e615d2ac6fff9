using System.Text;
using Minirun.Cli.Tests.Support;
using Xunit;

namespace Minirun.Cli.Tests.Terminal;

using Minirun = Support.Minirun;

/// <summary>The witness is tried itself: by sequences whose effect is known, and beside tmux.</summary>
public sealed class EmulatorTests
{
    public static TheoryData<string, string> Known => new()
    {
        { "one\r\ntwo", "one\ntwo" },
        { "0123456789", "0123456789" },                              // the last column is written, and nothing wraps yet
        { "0123456789a", "0123456789\na" },
        { "0123456789\r\nb", "0123456789\nb" },                      // no empty line between: the wrap was pending
        { "0123456789\bX", "01234567X9" },
        { "abc\rX", "Xbc" },
        { "a\tb", "a       b" },
        { "one\ntwo", "one\n   two" },
        { "1\r\n2\r\n3\r\n4\r\n5", "1\n2\n3\n4\n5" },                // one has scrolled off
        { "abc\e[2DX", "aXc" },
        { "abc\e[1;1HX\e[3;2HY", "Xbc\n\n Y" },
        { "abcdef\e[4G\e[K", "abc" },
        { "abcdef\e[4G\e[1K", "    ef" },
        { "abcdef\e[2K", "" },
        { "one\r\ntwo\e[2J\e[Hnew", "new" },
        { "one\r\ntwo\r\nthree\e[2;1H\e[J", "one" },
        { "one\r\ntwo\r\nthree\e[2;1H\e[L*", "one\n*\ntwo\nthree" },
        { "one\r\ntwo\r\nthree\e[1;1H\e[M", "two\nthree" },
        { "abcdef\e[2G\e[2P", "adef" },
        { "abcdef\e[2G\e[2@", "a  bcdef" },
        { "abcdef\e[2G\e[2X", "a  def" },
        { "\e[31mred\e[0m plain", "red plain" },
        { "ab\e7cd\e8X", "abXd" },
        { "\e]0;title\aabc\e]2;other\e\\d", "abcd" },
        { "a\e[?25lb\e[?25hc", "abc" },
        { "a\u009b31mb", "ab" },
        { "\e(Babc", "abc" },
        { "é…世界", "é…世界" },
        { "12345678世界", "12345678世\n界" },
        { "\e[?7l0123456789abc", "012345678c" },
        { "1\r\n2\r\n3\r\n4\e[2;3r\e[3;1H\nX", "1\n3\nX\n4" },
        { "a\e[", "a" },
    };

    [Theory, MemberData(nameof(Known))]
    public void A_sequence_has_its_effect(string input, string screen)
    {
        var terminal = new Emulator(4, 10);
        // A byte at a time: nothing depends on how much came at once.
        foreach (byte each in Encoding.UTF8.GetBytes(input)) terminal.Feed([each]);
        Assert.Equal(screen, terminal.Screen.Text);
    }

    [Fact]
    public void What_is_left_on_is_told()
    {
        var terminal = new Emulator(4, 10);
        terminal.Feed("\e[?1h\e=\e[31m");
        Assert.Equal("DEC modes 1 7 25, application keypad, SGR 31", terminal.Leftovers);
        terminal.Feed("\e[?1l\e>\e[39m");
        Assert.Equal("", terminal.Leftovers);
    }

    [Fact]
    public void Broken_words_and_stairs_are_told()
    {
        var terminal = new Emulator(4, 10);
        terminal.Feed("some words here\r\n");
        Assert.Equal(["some words"], terminal.Screen.All[..1]);
        Assert.Empty(terminal.Screen.BrokenWords);
        terminal.Feed("somewhat longer");
        Assert.Equal(["somewhat l"], terminal.Screen.BrokenWords);
        Assert.Empty(terminal.Screen.Stairs);
        terminal.Feed("\nx");
        Assert.Equal(["onger"], terminal.Screen.Stairs);
    }

    [Fact]
    public void Colours_are_those_of_the_cells()
    {
        var terminal = new Emulator(4, 10);
        terminal.Feed("\e[1;32mok\e[0m no");
        Assert.Equal("1;32", terminal.Screen.AttributesAt(0, 1));
        Assert.Equal("", terminal.Screen.AttributesAt(0, 3));
    }

    /// <summary>All of them, and a real program's output, in one screen each beside a terminal that people use.</summary>
    [Requires(Need.Tmux)]
    public void It_shows_what_tmux_shows()
    {
        using var directory = new TemporaryDirectory();
        string socket = directory["tmux"];
        const int Rows = 20, Columns = 60;
        // tmux does not take the C1 controls of UTF-8, as xterm does, and has no DECAWM.
        string[] inputs = [
            .. Known.Select(row => (string)row[0])
                .Where(input => !input.Contains("\e[?7l") && !input.Contains('\u009b') && !input.EndsWith("\e[")),
            Minirun.Run("run", "--help").Out[..3000].Replace("\n", "\r\n")];
        for (int i = 0; i < inputs.Length; i++) directory.Write($"{i}", "\ec\e[H" + inputs[i] + "\e[20;1Hend" + i + ".");
        string show = string.Join("; ", Enumerable.Range(0, inputs.Length).Select(i => $"cat '{directory[$"{i}"]}'; read line"));
        var how = new Start { Environment = { ["TERM"] = "xterm", ["LC_ALL"] = "C.UTF-8", ["TMUX"] = null } };
        string[] tmux = ["-S", socket, "-f", "/dev/null"];
        Minirun.Other(how, "tmux", [.. tmux, "new-session", "-d", "-x", $"{Columns}", "-y", $"{Rows}", $"stty -onlcr -echo; {show}"])
            .Exits(0);
        try
        {
            for (int i = 0; i < inputs.Length; i++)
            {
                string seen = "";
                string last = $"end{i}.";
                Assert.True(Deadline.Wait(() => (seen = Minirun.Other(how, "tmux", [.. tmux, "capture-pane", "-p"]).Out).Contains(last)),
                    $"{i}: {seen}");
                var ours = new Emulator(Rows, Columns);
                ours.Feed(File.ReadAllBytes(directory[$"{i}"]));
                Assert.Equal(string.Join('\n', seen.Split('\n').Select(line => line.TrimEnd())).TrimEnd('\n'),
                    string.Join('\n', ours.Screen.Visible));
                Minirun.Other(how, "tmux", [.. tmux, "send-keys", "Enter"]).Exits(0);
            }
        }
        finally
        {
            Minirun.Other(how, "tmux", [.. tmux, "kill-server"]);
        }
    }
}
